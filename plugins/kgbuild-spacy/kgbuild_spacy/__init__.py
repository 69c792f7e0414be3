"""spaCy in kgbuild: its sentences, and relations by rules with negation and hedging."""
