"""A session with a local server: data, a model, its training and evaluation, and the events of a debug session.

The arguments are the definition and the program `decthings-local`.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from threading import Timer

from client import ApiError, Client, Definition, Tensor

TIMEOUT = 60
LAUNCHER = {"type": "temporaryLauncher", "spec": {"cpus": 1, "memoryMebibytes": 512}}
# Points left and right of a line.
POINTS = [([side * (1 + index / 10), index / 10 - 2], int(side > 0)) for index in range(40) for side in (-1, 1)]


@contextmanager
def local_server(program):
    """The URL and the key of a server that ends with the block, and at the latest after a while."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DECTHINGS_")}
    server = subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment)
    timer = Timer(3 * TIMEOUT, server.kill)
    timer.start()
    try:
        words = server.stdout.readline().split()
        assert words[:2] == ["listening", "on"], words
        yield words[2], words[-1]
    finally:
        timer.cancel()
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        server.stdout.close()


def add_data(client):
    """Creates a dataset, and gives where training finds it."""
    rules = {"x": {"shape": [2], "allowedTypes": ["f32"]}, "y": {"shape": [], "allowedTypes": ["u32"]}}
    keys = [{"name": name, "required": True, "rules": rule} for name, rule in rules.items()]
    created = client.call("Dataset.createDataset", name="points", description="Two sides of a line.", keys=keys)
    dataset = created["datasetId"]
    x = [Tensor("f32", [2], point) for point, _ in POINTS]
    y = [Tensor("u32", [], [side]) for _, side in POINTS]
    client.call("Dataset.addEntries", datasetId=dataset, keys=[{"key": "y", "data": y}, {"key": "x", "data": x}])
    entries = client.call("Dataset.getEntries", datasetId=dataset, entries=[0, 3])["keys"]
    found = {key["name"]: {entry["index"]: entry["data"] for entry in key["data"]} for key in entries}
    assert found["y"] == {0: y[0], 3: y[3]}, found
    assert found["x"][3].data[0] == 1.100000023841858, "elements have 32 bits"

    client.call("Dataset.createDataset", name="empty", description="Nothing.", keys=keys[:1])
    page = client.call("Dataset.getDatasets", limit=1, sort="name")
    assert page["total"] == 2 and page["datasets"][0]["name"] == "empty", page
    reference = {"type": "dataset", "datasetId": dataset}
    return [{"name": name, "data": reference | {"datasetKey": name}} for name in rules]


def sizes():
    return [{"name": name, "data": [Tensor("u32", [], [2])]} for name in ("inputs", "outputs")]


def create_model(client):
    options = {"type": "code", "language": "rust", "preset": "linear"}
    params = {"name": "line", "description": "A line.", "options": options}
    created = client.call("Model.createModel", **params)
    client.wait("Model.createModel", params, created, TIMEOUT)
    model = created["modelId"]
    state = client.call(
        "Model.createState", modelId=model, name="untrained", params=sizes(), executionLocation=LAUNCHER)
    assert list(state) == ["success"], state
    return model


def train(client, model, data):
    params = {"modelId": model, "newStateName": "trained", "params": data, "executionLocation": LAUNCHER}
    started = client.call("Model.train", **params)
    seen = []
    status = client.wait("Model.train", params, started, TIMEOUT, seen.append)
    assert status["status"]["state"] == "completed", status
    assert set(seen) <= {"starting", "running", "gettingState"}, seen
    wanted = [{"name": metric["name"], "startIndex": 0, "amount": metric["amount"]} for metric in status["metrics"]]
    session = {"modelId": model, "trainingSessionId": started["trainingSessionId"]}
    metrics = client.call("Model.getTrainingMetrics", **session, metrics=wanted)["metrics"]
    loss, = ([entry["data"].data[0] for entry in each["entries"]] for each in metrics if each["name"] == "loss")
    assert len(loss) > 10 and loss[-1] < loss[0] / 2, loss
    client.call("Model.setActiveModelState", modelId=model, stateId=status["status"]["createdStateId"])


def assert_two_sides(output):
    """The model knows which side a point is on."""
    prediction, = (parameter["data"] for parameter in output if parameter["name"] == "prediction")
    left, right = (tensor.data for tensor in prediction)
    assert left[0] > left[1] and right[1] > right[0], prediction


def evaluate(client, model):
    result = client.call("Model.evaluate", modelId=model, params=[two_points()])
    assert_two_sides(result["success"]["output"])
    try:
        client.call("Model.evaluate", modelId="none", params=[two_points()])
        raise AssertionError("there is no such model")
    except ApiError as error:
        assert error.code == "model_not_found", error


def two_points():
    return {"name": "x", "data": [Tensor("f32", [2], [-3.0, 0.5]), Tensor("f32", [2], [3.0, 0.5])]}


def debug(client, model, data):
    session = client.call("Debug.launchDebugSession", modelId=model, executionLocation=LAUNCHER)["debugSessionId"]
    events = client.events("Debug", session, TIMEOUT)
    seen = [next(events)]
    while seen[-1][0] != "initialized":
        seen.append(next(events))
    of_session = {"debugSessionId": session}
    state = client.call("Debug.callCreateModelState", params=sizes(), **of_session)
    source = {"type": "dataId", "dataId": state["dataId"]}
    instance = client.call("Debug.callInstantiateModel", stateData=source, **of_session)
    params = of_session | instance | {"params": data}
    client.wait("Debug.callTrain", params, client.call("Debug.callTrain", **params), TIMEOUT)
    assert_two_sides(client.call("Debug.callEvaluate", params=[two_points()], **of_session, **instance)["output"])
    client.call("Debug.terminateDebugSession", **of_session)
    seen += events
    assert seen[-1] == ("exit", of_session | {"reason": {"code": "terminated_on_request"}}), seen[-1]
    assert any(name == "stdout" and b"loss" in params["data"] for name, params in seen), seen
    try:
        client.call("Debug.unsubscribeFromEvents", **of_session)
        raise AssertionError("the WebSocket has been closed with the last session")
    except ApiError as error:
        assert error.code == "not_subscribed", error


def main(definition, program):
    with local_server(program) as (url, key):
        client = Client(Definition(definition), key, http_url=url, websocket_url=url.replace("http", "ws", 1) + "/ws")
        assert key not in repr(client) + repr(vars(client)), "the key is not shown"
        data = add_data(client)
        model = create_model(client)
        train(client, model, data)
        evaluate(client, model)
        debug(client, model, data)


if __name__ == "__main__":
    main(*sys.argv[1:])
