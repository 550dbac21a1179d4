"""The names an operator gives: of templates, fields, signals and connectors."""

import re
from typing import Annotated

from pydantic import StringConstraints

_NAME = "^[a-z][a-z0-9_]{0,63}$"
_CONNECTOR_NAME = "^[a-z][a-z0-9-]{1,39}$"

# In Python's own patterns `$` would let a newline follow; pydantic's are of another engine, where it does not.
NAME = re.compile(_NAME.replace("$", r"\Z"))
CONNECTOR_NAME = re.compile(_CONNECTOR_NAME.replace("$", r"\Z"))

# A template, field or signal: an expression must be able to say it.
Name = Annotated[str, StringConstraints(pattern=_NAME)]
ConnectorName = Annotated[str, StringConstraints(pattern=_CONNECTOR_NAME)]
