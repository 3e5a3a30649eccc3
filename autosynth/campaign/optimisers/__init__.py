"""What chooses the next experiments: the contract, optimisers that learn nothing, Bayesian ones and chemical models."""
