"""Mail, webhook and MQTT messages to people and systems."""
