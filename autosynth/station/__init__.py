"""The bench as it is: devices, vessels, stocks, plumbing, and the ledger of what is in each of them now."""
