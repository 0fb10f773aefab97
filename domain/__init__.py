"""The hexagon's inside: rules, actions and ports of a certification body. No framework, no I/O, no clock."""
