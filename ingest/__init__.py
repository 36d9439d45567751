"""MQTT in: brokers, routing, decoders, the loop that stores before it acknowledges."""
