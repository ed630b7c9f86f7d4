"""Sparse non-negative solvers behind one protocol (``base.Solver``).

The problem in ``l1`` mode, per row x of length d, over K unit atoms D::

    minimise over w >= 0    1/2 ||x - w D||^2 + l1 sum(w)

In ``l0`` mode at most ``l0`` weights are above zero and nothing shrinks them.

Conventions for the penalty, here and elsewhere; only ``lasso`` converts::

    this project     l1                 1/2 ||x - wD||^2      + l1 sum(w)
    SpLiCE, paper    lambda = 2 l1          ||x - wD||^2      + lambda sum(w)
    SPAMS, mode 2    lambda1 = l1       the same
    scikit-learn     alpha = l1 / d     1/2d ||x - wD||^2     + alpha sum(w)

so that the paper's lambda of .05 is an ``l1`` of .025. A penalty has no meaning across encoders
or centrings: compare vocabularies at equal l0.
"""
