"""A small Taskonomy of rendered rooms: the whole pipeline from images to transfer affinities.

`scenes` renders rooms with exact ground truth, and `tasks` asks the paper's 25 tasks of them.
`networks` and `measure` train a network for each task and the transfers between them; `results`
turns the losses into win rates and affinities, and `figures` draws.
``python -m t2b_rooms`` runs it all, and what it found ships with `t2b_lib`:
``load_affinities("measured")``.
"""
