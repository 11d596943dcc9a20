"""Real SIP telephones on pjsua2: for the demonstration, the simulated exchange and the tests."""
