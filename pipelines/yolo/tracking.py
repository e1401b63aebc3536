"""Numbers for the MLflow run that mlops has started: MLFLOW_TRACKING_URI and MLFLOW_RUN_ID name it.

A training of days does not end because MLflow is away: what could not be sent goes along with the next.
"""

import os
import time

os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

MOST = 1000  # of a request
pending = []


def log(step, values):
    now = int(time.time() * 1000)
    pending.extend(Metric(name, float(value), now, step) for name, value in values.items())
    try:
        while pending:
            MlflowClient().log_batch(os.environ["MLFLOW_RUN_ID"], metrics=pending[:MOST])
            del pending[:MOST]
    except MlflowException as error:
        print(f"MLflow did not take the numbers of step {step}, which is tried again with the next: {str(error)[:300]}", flush=True)
