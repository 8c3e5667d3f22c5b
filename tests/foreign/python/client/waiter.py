"""Work that continues after the call that started it."""

import time

from .errors import ApiError


class WorkFailed(Exception):
    """The work has failed. `outcome` says why."""

    def __init__(self, outcome):
        super().__init__(f"the work has failed: {outcome}")
        self.outcome = outcome


class Waiter:
    """Follows work to its end. `result` is that of the call that started it."""

    def __init__(self, client, method, params, result):
        self.result, self._client, self._service, self._facts = result, client, method.service, method.facts["waiter"]
        sources = ((name, *path.split(".")) for name, path in self._facts["ids"].items())
        self._ids = {name: (params if side == "params" else result)[member] for name, side, member in sources}

    def poll(self):
        """The state, and the object that has it; the state is None if it cannot be told now."""
        method = self._client.definition.method(self._service, self._facts["method"])
        try:
            status = self._client.call(*method[:2], self._ids)
        except TimeoutError:
            # A method with a deadline blocks until the work has finished.
            if "deadlineSeconds" in method.facts:
                return None, None
            raise
        except ApiError as error:
            if error.code == self._facts.get("alreadyFinished"):
                return self._facts["done"], None
            if (self._client.definition.error(method, error.code) or {}).get("retryable"):
                return None, None
            raise
        if "path" not in self._facts:
            return next(iter(status.items()))
        *parents, tag = self._facts["path"].split(".")
        for name in parents:
            status = status[name]
        return status[tag], status

    def wait(self, timeout, interval=0.2, progress=lambda state, status: None):
        """The outcome of the work. `progress` is called with the states before it."""
        end = time.monotonic() + timeout
        while True:
            state, status = self.poll()
            if state == self._facts["done"]:
                return status
            if state == self._facts["failed"]:
                raise WorkFailed(status)
            progress(state, status)
            if time.monotonic() > end:
                raise TimeoutError(f"the work is not done after {timeout} s: {state}")
            time.sleep(interval)

    def cancel(self):
        """Stops the work."""
        return self._client.call(self._service, self._facts["cancel"], self._ids)

    def metrics(self):
        """The values of each metric so far."""
        facts = self._facts["metrics"]
        items, name, start, amount, values = (facts[key] for key in ("list", "name", "start", "amount", "values"))
        status = self._client.call(self._service, self._facts["method"], self._ids)
        ranges = [{name: metric[name], start: 0, amount: metric[amount]} for metric in status[items]]
        fetched = self._client.call(self._service, facts["method"], self._ids | {items: ranges})
        return {metric[name]: metric[values] for metric in fetched[items]}
