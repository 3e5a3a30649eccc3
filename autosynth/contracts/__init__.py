"""What each kind of device can be asked, one stroke a verb, and the frozen values that travel with it."""
