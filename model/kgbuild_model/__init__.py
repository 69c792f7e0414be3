"""A PyTorch transformer that reads biomedical text: encoder, decoder, training, a tagger."""
