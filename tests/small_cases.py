"""Small collections, methods and results that several test files use."""

import torch

import t2b_lib as t2b


def tasks_with(relation, features=None):
    n = len(relation)
    features = torch.eye(n) if features is None else features
    return t2b.TaskCollection([f"d{i}" for i in range(n)], features, relation)


def random_relation(n=30, share=0.3, seed=0):
    return (torch.rand(n, n, generator=torch.Generator().manual_seed(seed)) < share).float()


def small_methods():
    settings = {"hidden": (8,), "epochs": 3, "progress": False}
    methods = [("Task2Box", t2b.Task2Box(box_dim=d, **settings)) for d in (2, 3)]
    return [*methods, ("Random", t2b.RandomGuess())]


def protocol(cases=3):
    tasks, methods = tasks_with(random_relation()), small_methods()
    return tasks, methods, t2b.run_protocol(tasks, methods, cases=cases, novel=5, progress=False)
