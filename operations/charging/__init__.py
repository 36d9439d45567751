"""Charge sessions put right: booked by people, assembled again from the journal, taken over from other systems."""
