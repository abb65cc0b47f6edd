"""Opens what `thalweg export` wrote by the tools that it is for, and prints what they found as JSON: `python read_exports.py parquet|optuna|tensorboard PATH`."""

import json
import math
import sys

kind, path = sys.argv[1:]

if kind == "parquet":
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    found = {"types": {field.name: str(field.type) for field in table.schema}, "rows": table.to_pylist()}

elif kind == "optuna":
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = JournalStorage(JournalFileBackend(path))
    found = {}
    for name in optuna.get_all_study_names(storage):
        study = optuna.load_study(study_name=name, storage=storage)
        found[name] = {
            "direction": study.direction.name,
            "attributes": study.user_attrs,
            "trials": [
                {"run": t.user_attrs["run"], "state": t.state.name, "value": t.value, "params": t.params, "curve": t.intermediate_values, "attributes": t.user_attrs}
                for t in study.trials
            ],
        }
        # A study goes on from there.
        study.optimize(lambda trial: trial.suggest_float("lr", 1e-3, 1e-1, log=True), n_trials=1)

else:
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.context import RequestContext
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

    events = plugin_event_multiplexer.EventMultiplexer()
    events.AddRunsFromDirectory(path)
    events.Reload()
    scalars = {}
    for run in events.Runs():
        kept = events.GetAccumulator(run)
        tags = [tag for tag in kept.Tags()["tensors"] if not tag.startswith("_hparams_")]
        value = lambda e: e.tensor_proto.float_val[0] if math.isfinite(e.tensor_proto.float_val[0]) else None
        scalars[run] = {tag: [[e.step, value(e)] for e in kept.Tensors(tag)] for tag in tags}
    context = backend_context.Context(base_plugin.TBContext(data_provider=data_provider.MultiplexerDataProvider(events, path), logdir=path))
    experiment = get_experiment.Handler(RequestContext(), context, "", api_pb2.GetExperimentRequest()).run()
    request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=10000, allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE])
    for info in experiment.metric_infos:
        request.col_params.add().metric.tag = info.name.tag
    groups = list_session_groups.Handler(RequestContext(), context, "", request).run().session_groups
    found = {
        "scalars": scalars,
        "hyperparameters": {info.name: info.type for info in experiment.hparam_infos},
        "sessions": {
            group.name: {
                "hyper": {key: value.number_value if value.HasField("number_value") else value.string_value for key, value in group.hparams.items()},
                "metrics": {metric.name.tag: metric.value for metric in group.metric_values},
                "status": group.sessions[0].status,
            }
            for group in groups
        },
    }

print(json.dumps(found))
