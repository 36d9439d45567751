"""Commands on their way: sent when it is their turn, followed until what they lead to is there."""
