"""The kind `Market`: quotes of traded symbols, and the portfolio that is derived from them."""
