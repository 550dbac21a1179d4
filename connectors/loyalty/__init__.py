"""The kind `Loyalty`: what a member may spend, has pending, is about to lose, and which tier they hold."""
