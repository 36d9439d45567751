"""What a place took, made, stored, fed in and used, and which meter sits behind which."""
