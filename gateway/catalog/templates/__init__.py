"""Templates: what a file may say (model), what it means (template), and all that is checked in between."""

from gateway.catalog.templates.load import load_template, load_templates
from gateway.catalog.templates.template import Bound, Field, Need, Rule, Template, Waiting
from gateway.catalog.templates.values import REFUSED

__all__ = ["REFUSED", "Bound", "Field", "Need", "Rule", "Template", "Waiting", "load_template", "load_templates"]
