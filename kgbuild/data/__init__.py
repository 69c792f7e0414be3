"""Tables from other projects, and the script that rebuilds them."""
