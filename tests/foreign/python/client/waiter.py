"""Work that continues after the call that started it."""

import time

from .errors import ApiError


class WorkFailed(Exception):
    """The work has failed. `outcome` says why."""

    def __init__(self, outcome):
        super().__init__(f"the work has failed: {outcome}")
        self.outcome = outcome


class Waiter:
    """Follows work to its end."""

    def __init__(self, client, service, facts, started):
        self.result = started["result"]
        self._client, self._service, self._facts = client, service, facts
        self._ids = {}
        for name, path in facts["ids"].items():
            side, _, source = path.partition(".")
            self._ids[name] = started[side][source]

    def poll(self):
        """The state, and what belongs to it; a state of nothing if it could not be found out now."""
        method = self._client.definition.method(self._service, self._facts["method"])
        try:
            status = self._client.call(self._service, method.name, self._ids)
        except TimeoutError:
            # A method with a deadline blocks until the work has finished.
            if "deadlineSeconds" not in method.facts:
                raise
            return None, None
        except ApiError as error:
            if error.code == self._facts.get("alreadyFinished"):
                return self._facts["done"], None
            if not (self._client.definition.error(method, error.code) or {}).get("retryable"):
                raise
            return None, None
        if "path" not in self._facts:
            return next(iter(status.items()))
        *parents, tag = self._facts["path"].split(".")
        for name in parents:
            status = status[name]
        return status[tag], status

    def wait(self, timeout, interval=0.2, progress=lambda state, status: None):
        """The outcome of the work. `progress` is called with each state on the way."""
        end = time.monotonic() + timeout
        while True:
            state, status = self.poll()
            if state == self._facts["done"]:
                return status
            if state == self._facts["failed"]:
                raise WorkFailed(status)
            progress(state, status)
            if time.monotonic() > end:
                raise TimeoutError(f"the work is {state} after {timeout} s")
            time.sleep(interval)

    def cancel(self):
        """Stops the work."""
        return self._client.call(self._service, self._facts["cancel"], self._ids)

    def metrics(self):
        """The values of all metrics so far."""
        facts = self._facts["metrics"]
        name, start, amount = (facts[key] for key in ("name", "start", "amount"))
        counted = self._client.call(self._service, self._facts["method"], self._ids)[facts["list"]]
        wanted = [{name: metric[name], start: 0, amount: metric[amount]} for metric in counted]
        fetched = self._client.call(self._service, facts["method"], self._ids | {facts["list"]: wanted})
        return {metric[name]: metric[facts["values"]] for metric in fetched[facts["list"]]}
