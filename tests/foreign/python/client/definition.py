"""The definition of an API."""

import json
from typing import NamedTuple

from .errors import FormatError


class Method(NamedTuple):
    """A method, and what its definition says."""

    service: str
    name: str
    facts: dict


class Definition:
    """The services, errors and types of an API."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self._document = json.load(file)
        self.endpoints, self.services = self._document.get("endpoints", {}), self._document["services"]

    def method(self, service, name):
        facts = self.services.get(service, {}).get("methods", {}).get(name)
        if facts is None:
            raise FormatError(f"there is no method {service}.{name}")
        return Method(service, name, facts)

    def event(self, service, name):
        """An event; nothing if it is newer than the definition."""
        return self.services.get(service, {}).get("events", {}).get(name)

    def error(self, method, code):
        """An error of a method; nothing if it is newer than the definition."""
        sets = [self._document["errorSets"][name]["errors"] for name in method.facts.get("errorSets", ())]
        names = sum(sets, [*method.facts.get("errors", ()), *method.facts.get("undeclaredErrors", ())])
        errors = {name: self._document["errors"][name] for name in names}
        return next((error for name, error in errors.items() if error.get("code", name) == code), None)

    def resolve(self, schema):
        """The type itself, where this is a reference to one."""
        while "$ref" in schema:
            found = self._document
            for segment in schema["$ref"].removeprefix("#/").split("/"):
                found = found[segment]
            schema = found
        return schema
