"""One function per capability, and the gate through which all of them are called."""
