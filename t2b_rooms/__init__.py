"""A small Taskonomy of rendered rooms: the whole pipeline from images to transfer affinities.

`sampling` draws rooms (`scenes`) at random. `casting` renders them, with exact ground truth, from
`shapes`. `tasks` has the paper's 25 tasks on these pictures. `networks` and `measure` train a
network for each task and the transfers between tasks. `results` turns the losses into tables, and
`figures` draws one scene. ``python -m t2b_rooms`` runs everything. `t2b_lib` ships the tables that
it made: ``load_affinities("measured")``.
"""
