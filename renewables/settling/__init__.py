"""From a claim to what is paid: amounts to the cent by the rule's record, split by areas, nothing lost on the way."""
