"""Judges a worker's answers: which are right, where the first wrong number is, and which mistake
makes such numbers.

A case (see cases.py, which writes them) holds a request and checks. A check names a number of the
response by its path, says what it must be, and what each likely mistake would have made of it. The
worker is not trusted: an answer may be anything that JSON can say, and only right numbers pass.
Nothing here knows a formula: numbers are compared with numbers.
"""
import collections
import dataclasses
import math
import re

TOLERANCE = 1e-9     # of a tensor's largest entry: what doubles leave of any order of a sum
FLOAT_ERROR = 1e-5   # of a tensor's largest entry: what floats leave
UNWRITTEN = 1e300    # no right answer is larger, and memory that nobody has written to is
CHANCE = 1e-9        # what independent draws do with less than this probability, they do not do
LAGS = 8             # how far apart two units are looked at, in a row and in a column
SIGMAS = 6           # of a binomial count: a fair mask is outside with probability below 1e-8
TEXT_LIMIT = 160     # characters of a student's own text in a message

# What each mistake is, in a sentence that ends the message. The keys are stable: summaries of a
# class count them.
CAUSES = {
    # What any tensor can have.
    "not-implemented": "not written yet",
    "waits-for-another-part": "this item needs a part that is not written yet",
    "no-answer": "the program ended before it answered",
    "ended-early": "the program was ended before it had answered everything",
    "malformed-answer": "the answer is not of the form that was asked for",
    "throws": "the code threw an exception",
    "shapes-do-not-fit": "a product was asked of two matrices whose shapes do not fit: write the "
                         "shape of every factor beside it",
    "shapes-do-not-broadcast": "the matrices of an expression have different shapes: write the "
                               "shape of each beside it. One that nobody has given a shape is 0×0 "
                               "(resize), and a sum or maximum over rows needs xt::keep_dims to "
                               "stay N×1",
    "matmul-into-its-operand": "matmul writes into a matrix that it reads from: give it another one "
                               "for the result",
    "cache-not-filled": "a matrix of the cache is still empty in backward: forward has to fill it",
    "out-not-filled": "backward found no out: forward leaves its result in the layer's own member, "
                      "whose shape backward compares with dout",
    "dout-of-another-shape": "a backward got a dout that has not the shape of its layer's out: each "
                             "layer's dx is the dout of the layer before it, from the loss to the "
                             "front; and forward leaves its result in the layer's member",
    "never-written": "an entry was never written: it is what its memory held before (filled with "
                     "-5.3e+303). Does the loop reach every row and column? Is it the right matrix?",
    "changes-argument": "x, dout, scores, labels and gradients belong to the caller: read them, and "
                        "write into a matrix of your own (no const_cast)",
    "changes-other-layer": "what forward and backward return must stay until the same layer's next "
                           "call: keep it in a member, not in a static or global matrix",
    "not-finite": "NaN or infinity has come up: a division by 0, an overflow or the log of 0",
    "float-precision": "right to some seven digits: somewhere a float is used where T is double "
                       "(a variable, a cast, a constant such as 0.1f)",
    "all-zero": "everything is 0: is the result ever written? Does a quotient of two integers, such "
                "as 1 / N, stand before it, which is rounded down to 0?",
    "integer-quotient": "1 / N is a quotient of two integers, and 0 as soon as N is above 1: cast to "
                        "T or double before you divide",
    "softmax-twice": "the softmax is taken twice, the second time of probabilities: (8) and (9) take "
                     "it of the scores, once, and the loss layer does it",
    "negated": "every entry has the wrong sign",
    "transposed": "rows and columns are exchanged: the right matrix, transposed",
    "wrong-shape": "the shape is wrong",
    "constant-factor": "every entry is wrong by the same factor",
    # Affine.
    "affine-bias-left-out": "out is x·w: the bias b of (1) is left out",
    "affine-bias-by-row": "row n got b[n]: (1) adds b[h] to column h, the whole row b to every row",
    "affine-bias-subtracted": "out is x·w - b: (1) adds the bias",
    "affine-bias-twice": "the bias is added twice",
    "affine-bias-in-one-row": "only the first row got the bias: (1) adds it to every row",
    "affine-forward-w-transposed": "out is x·wᵀ + b: in (1) w stands as it is",
    "affine-forward-x-transposed": "out is xᵀ·w + b: in (1) x stands as it is",
    "affine-forward-order": "out is w·x + b: in (1) x is the left factor",
    "affine-forward-accumulates": "the output of the batch before is still in it: forward "
                                  "overwrites out",
    "affine-dx-w-not-transposed": "dx is dout·w: in (2) the sum runs along a row of w, so w "
                                  "appears transposed",
    "affine-dx-dout-transposed": "dx is doutᵀ·wᵀ: in (2) dout stands as it is",
    "affine-dx-order": "dx is wᵀ·dout: in (2) dout is the left factor",
    "affine-dx-x-instead-of-w": "dx is dout·xᵀ: the derivative of x·w with respect to x is w",
    "affine-dx-is-dout": "dx is dout: the weights of (2) are left out",
    "affine-dx-averaged": "dx is divided by N: 1/N is the loss's business (9), it must not come "
                          "twice",
    "affine-dx-accumulates": "dx still holds what the backward before left: it is overwritten, "
                             "never added to",
    "affine-dw-x-not-transposed": "dw is x·dout: in (3) the sum runs over the examples, so x "
                                  "appears transposed",
    "affine-dw-factors-exchanged": "dw is doutᵀ·x, the transpose of (3): x and dout are exchanged",
    "affine-dw-dout-transposed": "dw is xᵀ·doutᵀ: in (3) dout stands as it is",
    "affine-dw-averaged": "dw is divided by N: (3) is a sum, and 1/N is in dout already (9)",
    "affine-dw-accumulates": "the gradient of the backward before is still in dw: backward "
                             "overwrites, it never adds",
    "affine-dw-first-row": "dw holds one example only: (3) sums over all of them",
    "affine-dw-row-left-out": "the first or the last example is missing in dw: (3) sums over all of "
                              "them, n = 0 to N - 1",
    "affine-dw-out-instead-of-x": "dw is outᵀ·dout: the cache holds out, (3) needs x",
    "affine-cache-aliased": "backward used the caller's x as it is now (filled with -7), not as it "
                            "was in forward: keep a copy, not a pointer or reference",
    "affine-cache-shared": "dw comes from the x of another layer: the cache must belong to the "
                           "layer, not be static or global",
    "affine-cache-first-batch": "dw comes from the x of an earlier batch: every forward must renew "
                                "the cache",
    "affine-db-wrong-axis": "db sums each row of dout: (4) sums over the examples n, down a column",
    "affine-db-averaged": "db is divided by N: (4) is a sum, and 1/N is in dout already (9)",
    "affine-db-first-row": "db is the first row of dout: (4) sums over all examples",
    "affine-db-last-row": "db is the last row of dout: (4) sums over all examples (= instead of +=?)",
    "affine-db-row-left-out": "the first or the last row is missing in db: (4) sums over all "
                              "examples, n = 0 to N - 1",
    "affine-db-total": "every entry of db is the sum of all of dout: (4) sums over n only",
    "affine-db-not-summed": "db is dout itself: (4) sums over the examples",
    "affine-db-accumulates": "the gradient of the backward before is still in db: backward "
                             "overwrites, it never adds",
    # ReLU.
    "relu-abs": "it is |x|, whose slope below 0 is -1: (5) gives 0 there",
    "relu-leaky": "below 0 a part of x comes through (a leaky ReLU): (5) gives 0 there",
    "relu-min": "it is min(x, 0): (5) keeps what is above 0",
    "relu-identity": "out is x: negative entries must become 0",
    "relu-gate-as-out": "out is 1 where x > 0: (5) gives x itself there",
    "relu-smooth": "out is log(1 + exp(x)), a softplus: (5) is max(x, 0)",
    "relu-cache-aliased": "dx is 0 everywhere: either it is never written (or cleared as a whole), "
                          "or backward read the caller's x as it is now (filled with -7) in the "
                          "place of the layer's own out",
    "relu-gate-on-dout": "the gradient passes where dout > 0: in (5) it passes where x > 0",
    "relu-passes-at-zero": "the gradient passes where x is exactly 0: in (5) it passes where x > 0, "
                           "not x >= 0",
    "relu-gate-not-applied": "dx is dout everywhere: (5) multiplies it by [x > 0], which is [out > 0] "
                             "(out >= 0 is always true)",
    "relu-gate-on-both": "the gradient passes only where dout > 0, too: in (5) it passes where x > 0, "
                         "with whatever sign",
    "relu-gate-reversed": "dx is dout where x <= 0, and 0 elsewhere: (5) has it the other way round",
    "relu-times-x": "dx is dout·max(x, 0): the derivative of (5) is 1 where x > 0, not x",
    "relu-gate-only": "dx is [x > 0] itself: (5) multiplies it by dout",
    "relu-gate-shared": "dx was made with the out of another layer: the cache must belong to the "
                        "layer, not be static or global",
    "relu-gate-first-batch": "it belongs to an earlier batch: every forward must renew out, which "
                             "is the cache",
    # Softmax and cross-entropy.
    "loss-sum": "the loss is the sum over the batch: (8) is the mean, 1/N of it",
    "loss-divided-twice": "the loss is divided by N twice",
    "loss-divided-by-classes": "the loss is divided by C (as well or instead): (8) divides by N only",
    "loss-log2": "the logarithm is to the base 2: (8) is in nats, std::log",
    "loss-log10": "the logarithm is to the base 10: (8) is in nats, std::log",
    "loss-negated": "the loss has the wrong sign: log p is negative, (8) has a minus before it",
    "loss-no-log": "the loss is -p of the right class: (8) takes its logarithm",
    "loss-score-only": "the loss is minus the right class's score: the log of the sum of (8) is "
                       "missing",
    "loss-all-classes": "log p of all classes is summed: (8) takes the right class's only",
    "loss-label-above": "the class after the label is taken for the right one: labels count from 0",
    "loss-label-below": "the class before the label is taken for the right one: labels count from 0",
    "loss-softmax-over-columns": "the softmax runs down the columns: in (8) the probabilities of "
                                 "one example, of a row, sum to 1",
    "loss-softmax-over-everything": "one sum serves the whole batch: (8) has a sum for each row",
    "loss-largest-in-numerator-only": "the row's largest score is subtracted in the numerator of "
                                      "the softmax only: it must be in every exponent",
    "loss-largest-in-denominator-only": "the row's largest score is subtracted in the sum only: it "
                                        "must be taken from the right class's score too",
    "loss-right-class-left-out-of-sum": "the sum of (8) leaves the right class out",
    "loss-last-example-only": "the loss is of the last example only (= instead of +=?)",
    "loss-first-example-only": "the loss is of the first example only",
    "loss-sum-read-late": "the sum of a row was taken again after some of its entries were divided "
                          "already: compute all sums first, in a Matrix<T> (an xtensor expression "
                          "kept with auto is computed each time it is read)",
    "loss-accumulates": "the loss of the batch before is still in it: start every forward at 0",
    "loss-unstable": "exp overflowed, or every exp was 0: subtract the row's largest score first, "
                     "which changes nothing in (8)",
    "loss-gradient-unstable": "the probabilities that backward uses are no numbers at such scores: "
                              "subtract the row's largest score before exp there too",
    "loss-log-of-zero": "the probability was rounded to 0 and its log is -infinity: use the other "
                        "form of (8), log of the sum minus the score",
    "loss-log-clamped": "a small number is added to p (or p kept above one) before the log: the "
                        "loss is bounded then; use the other form of (8) instead",
    "loss-largest-of-the-matrix": "the largest score of the whole matrix is subtracted: a row far "
                                  "below it is all zeros; subtract each row's own",
    "loss-gradient-not-divided": "dscores is p - onehot: the 1/N of (9) is missing",
    "loss-gradient-divided-twice": "dscores is divided by N twice: (9) has one 1/N",
    "loss-gradient-divided-by-classes": "dscores is divided by C: (9) divides by N",
    "loss-gradient-no-right-class": "dscores is p/N: in (9) 1 is subtracted at the right class",
    "loss-gradient-is-p": "dscores is p: (9) subtracts 1 at the right class and divides by N",
    "loss-gradient-one-not-divided": "1 was subtracted after the division by N: (9) divides the "
                                     "difference",
    "loss-gradient-one-added": "1 is added at the right class: (9) subtracts it",
    "loss-gradient-right-class-only": "only the right class has a gradient: in (9) every class has",
    "loss-gradient-of-p": "this is the derivative with respect to p: (9) is with respect to the "
                          "scores",
    "loss-gradient-negated": "dscores is (onehot - p)/N: the sign of (9) is the other one",
    "loss-gradient-accumulates": "the gradient of the batch before is still in dscores: backward "
                                 "overwrites it",
    "loss-gradient-spoils-cache": "backward answered differently when asked again: it worked in "
                                  "the cached probabilities, which must stay",
    "loss-cache-first-batch": "dscores belongs to an earlier batch: every forward must renew the "
                              "cache",
    # Dropout.
    "dropout-divides-by-drop-probability": "a unit that stays becomes x/(1 - keep_prob): (6) "
                                           "divides by keep_prob, the probability to stay",
    "dropout-keep-prob-taken-as-drop-probability":
        "keep_prob is taken as the probability to DROP, in the mask and in the division: here it is "
        "the probability to stay",
    "dropout-keeps-with-drop-probability": "units stay with probability 1 - keep_prob: the mask is "
                                           "the wrong way round",
    "dropout-not-divided": "a unit that stays is x, undivided: (6) divides by keep_prob, so that "
                           "the mean stays (7)",
    "dropout-multiplies": "a unit that stays is x·keep_prob: (6) divides by keep_prob",
    "dropout-multiplies-by-drop-probability": "a unit that stays is x·(1 - keep_prob): (6) divides "
                                              "by keep_prob",
    "dropout-scaled-twice": "it is divided by keep_prob twice: does the mask hold the division "
                            "already?",
    "dropout-normal-draws": "the share of units that stay is that of normal draws below keep_prob: "
                            "the draws must be uniform in [0, 1)",
    "dropout-uniform-draws-from-minus-one": "the share of units that stay is that of uniform draws "
                                            "from -1 to 1: they must be from 0 to 1",
    "dropout-half": "half of the units stay whatever keep_prob is",
    "dropout-none-in-training": "nothing is dropped in training",
    "dropout-drops-everything": "everything is dropped",
    "dropout-wrong-share": "the share of units that stay is not keep_prob",
    "dropout-fixed-count": "every row keeps the same number of units: in (6) each unit is drawn "
                           "independently",
    "dropout-one-row-for-the-batch": "all rows have the same mask: every example needs draws of its "
                                     "own",
    "dropout-one-draw-for-a-row": "each row is kept or dropped as a whole: every unit needs a draw "
                                  "of its own",
    "dropout-same-mask-every-step": "two training steps have the same mask: draw it in every "
                                    "forward, at the step of its pass",
    "dropout-mask-not-frozen": "two forwards of the same pass had two masks: a mask follows from "
                               "the pass, and no counter or generator of your own may move it on",
    "dropout-seed-ignored": "layers with different seeds have the same mask: it must follow from "
                            "seed_, too",
    "dropout-position-ignored": "layers at different positions of a net have the same mask: it must "
                                "follow from position(), too",
    "dropout-by-row": "an example's mask changes with its row or with the rest of the batch: it must "
                      "follow from the example's number, which the pass tells, and the step",
    "dropout-fixed-pattern": "units follow each other in a pattern, more regular or more alike than "
                             "independent draws are: draw a random number for each",
    "dropout-test-multiplies": "at test time out is x·keep_prob: with the division in training, "
                               "test mode is the identity (7)",
    "dropout-test-multiplies-by-drop-probability": "at test time out is x·(1 - keep_prob): test "
                                                   "mode is the identity (7)",
    "dropout-test-divides": "at test time out is x/keep_prob: test mode is the identity (7)",
    "dropout-mask-at-test": "units are dropped at test time: there every unit passes as it is (7)",
    "dropout-backward-not-masked": "dropped units get a gradient: (6) multiplies dout by the mask",
    "dropout-backward-not-scaled": "dx is dout·mask: (6) divides by keep_prob in backward too",
    "dropout-backward-scaled-twice": "dx is divided by keep_prob twice: does the mask hold the "
                                     "division already?",
    "dropout-backward-divides-by-drop-probability": "dx is dout·mask/(1 - keep_prob): (6) divides "
                                                    "by keep_prob",
    "dropout-backward-multiplies": "dx is dout·mask·keep_prob: (6) divides by keep_prob",
    "dropout-backward-new-mask": "other units were dropped in backward than in forward: backward "
                                 "must use the very mask of forward, from the cache",
    "dropout-backward-mask-of-another-forward": "dx has the mask of another forward: the cache must "
                                                "belong to the layer and be renewed each time",
    "dropout-backward-x-instead-of-dout": "dx is out: (6) masks and divides dout",
    "dropout-backward-mask-reversed": "the gradient passes exactly where units were dropped: the "
                                      "mask is upside down",
    "dropout-backward-mask-at-test": "backward used a mask although forward was a test pass: there "
                                     "dx is dout",
    "dropout-forward-shows-no-mask": "forward in training dropped nothing or everything, so backward "
                                     "cannot be judged: mend item 4.1 first",
    # SGD and Adam.
    "sgd-ascent": "it steps up the gradient: (10) subtracts rate·g",
    "sgd-rate-missing": "the learning rate is left out",
    "sgd-rate-twice": "the learning rate is applied twice: it is in v' already",
    "sgd-value-replaced": "the value became the step itself: (10) adds the step to it",
    "sgd-biases-left-out": "biases do not move: only the decay leaves them out",
    "sgd-weights-left-out": "weights do not move",
    "sgd-first-parameter-only": "only the first parameter moves",
    "sgd-momentum-ignored": "every step starts from velocity 0: v must be kept from step to step",
    "sgd-momentum-sign": "the momentum has the wrong sign: v' = μ·v - rate·g",
    "sgd-momentum-damped": "the gradient is multiplied by 1 - μ: (10) has no such factor",
    "sgd-momentum-rate-twice": "the learning rate is applied twice: it is in v' already",
    "sgd-nesterov": "this is Nesterov's step (11), which was not asked for: without it w' = w + v'",
    "sgd-velocity-late": "the value moved by the velocity of the step before: (10) adds v'",
    "sgd-velocity-shared": "all parameters share one velocity: each has its own",
    "sgd-momentum-on-value": "μ multiplies the value: (10) multiplies the velocity",
    "sgd-momentum-replaced": "the momentum stands where the learning rate belongs",
    "sgd-decay-missing": "weight decay is left out: g = dw + λ·w",
    "sgd-decay-on-biases": "biases decay too: λ is for weights only",
    "sgd-decay-on-biases-only": "biases decay and weights do not: it is the other way round",
    "sgd-decay-sign": "weight decay has the wrong sign: g = dw + λ·w",
    "sgd-decay-without-rate": "weight decay is not multiplied by the learning rate: λ·w belongs to g",
    "sgd-decay-doubled": "weight decay is 2·λ·w: the penalty is ½·λ·w², its gradient λ·w",
    "sgd-decay-halved": "weight decay is ½·λ·w: the penalty is ½·λ·w², its gradient λ·w",
    "sgd-decay-replaces-gradient": "g is λ·w alone: dw belongs to it",
    "adam-t-per-tensor": "t counts on with every parameter: (12) counts it once a step",
    "adam-t-from-zero": "t is 0 in the first step: (12) counts it before the correction, from 1",
    "adam-t-late": "t is one ahead: in the first step it is 1",
    "adam-t-always-one": "t stays 1: (12) counts the steps",
    "adam-t-is-the-parameter": "t is the number of the parameter: (12) counts the steps",
    "adam-corrected-kept": "m or v was kept divided by 1 - β^t: the division is for this step alone, "
                           "and the next step begins with m and v as they are",
    "adam-decay-missing": "weight decay is left out: g = dw + λ·w as in (10)",
    "adam-decay-on-biases": "biases decay too: λ is for weights only",
    "adam-no-bias-correction": "m and v are used as they are: (12) divides them by 1 - β1^t and "
                               "1 - β2^t",
    "adam-m-not-corrected": "m is used as it is: (12) divides it by 1 - β1^t",
    "adam-v-not-corrected": "v is used as it is: (12) divides it by 1 - β2^t",
    "adam-epsilon-inside-root": "ε is under the root: (12) adds it to the root",
    "adam-epsilon-before-correction": "ε is added to the root of v before the correction: (12) adds "
                                      "it to the root of v/(1 - β2^t)",
    "adam-epsilon-missing": "ε is left out",
    "adam-v-from-absolute": "v is the mean of |g|: (12) takes g²",
    "adam-v-from-m": "v is the mean of m²: (12) takes g²",
    "adam-no-root": "it divides by v: (12) divides by its root",
    "adam-betas-exchanged": "β1 and β2 are exchanged",
    "adam-m-and-v-exchanged": "m and v are exchanged",
    "adam-gradient-instead-of-m": "the step uses g: (12) uses its running mean m",
    "adam-state-reset": "m and v start at 0 in every step: they must be kept",
    "adam-beta-of-new-missing": "the factors 1 - β before g and g² are missing",
    "adam-rate-missing": "the learning rate is left out",
    "adam-rate-twice": "the learning rate is applied twice",
    "adam-ascent": "it steps up the gradient: (12) subtracts",
    "adam-biases-left-out": "biases do not move",
    # The two-layer net.
    "net-dropout-left-out": "the loss is that without dropout: loss() hands its pass to every layer",
    "net-pass-of-its-own": "all steps have the same mask: loss() hands the pass it was given to "
                           "every layer, and makes none itself",
    "net-dropout-on-input": "the inputs are dropped: dropout stands after the ReLU, on hidden units",
    "net-dropout-on-scores": "the scores are dropped: dropout stands after the ReLU, on hidden units",
    "net-dropout-twice": "dropout is applied twice",
    "net-relu-left-out": "the ReLU between the two affine layers is left out",
    "net-relu-on-scores": "a ReLU is applied to the scores as well",
    "net-penalty-missing": "the penalty λ/2·Σw² is left out of the loss",
    "net-penalty-not-halved": "the penalty is λ·Σw²: (13) has a ½",
    "net-penalty-on-biases": "biases are penalised too: (13) sums w1 and w2 only",
    "net-penalty-first-layer-only": "w2 is left out of the penalty",
    "net-penalty-second-layer-only": "w1 is left out of the penalty",
    "net-penalty-sign": "the penalty has the wrong sign",
    "net-penalty-averaged": "the penalty is divided by N: (13) has no such factor",
    "net-penalty-absolute": "the penalty sums |w|: (13) sums w²",
    "net-penalty-root": "the penalty takes the root of Σw²: (13) does not",
    "net-penalty-only": "the loss is the penalty alone",
    "net-penalty-gradient-missing": "the gradient of the penalty, λ·w, is left out",
    "net-penalty-gradient-doubled": "the penalty's gradient is 2·λ·w: that of λ/2·w² is λ·w",
    "net-penalty-gradient-halved": "the penalty's gradient is ½·λ·w: that of λ/2·w² is λ·w",
    "net-penalty-gradient-on-biases": "biases get a penalty's gradient too: (13) has none for them",
    "net-penalty-gradient-sign": "the penalty's gradient has the wrong sign",
    "net-penalty-gradient-replaces": "the penalty's gradient replaced that of the loss: add it",
    "net-penalty-gradient-averaged": "the penalty's gradient is divided by N: (14) has no such factor",
    "net-penalty-gradient-first-layer-only": "w2 lacks the penalty's gradient",
    "net-penalty-gradient-second-layer-only": "w1 lacks the penalty's gradient",
    "net-relu-backward-left-out": "the gradient of w1 and b1 does not go through the ReLU: its "
                                  "backward is left out",
    "net-dropout-backward-left-out": "the gradient of w1 and b1 does not go through dropout: its "
                                     "backward is left out",
    "net-first-layer-left-out": "w1 and b1 get no gradient from the loss: affine 1's backward is "
                                "left out",
    "net-second-layer-left-out": "w2 and b2 get no gradient from the loss",
    "net-gradients-accumulate": "the gradients of the call before are still in them: backward "
                                "overwrites",
    "net-predict-smallest": "it takes the smallest score: (15) takes the largest",
    "net-predict-class-above": "every class is one too high: they count from 0",
    "net-predict-class-below": "every class is one too low: they count from 0",
    "net-predict-last-of-equals": "of equal scores it takes the last: (15) takes the first",
    "net-predict-by-column": "it looks for the largest down the columns: one class a row",
    "net-predict-largest-absolute": "it takes the largest |score|: (15) takes the largest score",
    "net-predict-first-row": "every row got the first row's class",
    "net-dropout-in-predict": "units are dropped in predict: it runs every layer in the pass test()",
    "net-relu-left-out-of-predict": "the ReLU is left out of predict",
    # Training.
    "standardise-validation-by-its-own": "the validation rows are normalised by their own mean and "
                                         "deviation: (16) uses the training rows' for both",
    "standardise-both-by-validation": "both are normalised by the validation rows' mean and "
                                      "deviation: (16) uses the training rows'",
    "standardise-both-by-all-rows": "mean and deviation come from training and validation rows "
                                    "together: (16) uses the training rows alone",
    "standardise-not-divided": "the mean is subtracted, but nothing is divided by the deviation",
    "standardise-not-shifted": "it divides by the deviation, but does not subtract the mean",
    "standardise-by-variance": "it divides by the variance: (16) divides by its root",
    "standardise-sample-deviation": "the deviation divides by N - 1: (16) divides by N",
    "standardise-not-averaged": "the squares are summed, not averaged: (16) divides their sum by N",
    "standardise-whole-matrix": "one mean and one deviation serve all columns: (16) has one for each",
    "standardise-by-row": "rows are normalised: (16) normalises columns",
    "standardise-one-column": "the statistics of the first column serve all: (16) has one for each",
    "standardise-cancellation": "E[x²] - μ² loses the digits of a variance where μ is large beside "
                                "it: (16) has the mean of (x - μ)²",
    "standardise-constant-column": "a constant column became NaN or infinite: where the deviation "
                                   "is 0, only shift",
    "standardise-epsilon": "a small number is added to the deviation (or variance): (16) treats 0 "
                           "apart instead",
    "standardise-validation-untouched": "the validation rows are as they came, or nearly: were the "
                                        "statistics taken after training was changed?",
    "standardise-read-late": "the validation rows met mean and deviation of training rows that had "
                             "changed already: store both in a matrix first (an xtensor expression "
                             "kept with auto is computed each time it is read)",
    "standardise-validation-by-its-own-mean": "the validation rows lose their own mean: (16) takes "
                                              "the training rows' mean and deviation for both",
    "standardise-constant-column-untouched": "a constant column was left as it is: (16) shifts it",
    "batches-last-dropped": "the last, shorter batch is missing: every example is in a batch (17)",
    "batches-last-missing": "the last batch is missing, also where it is a full one: does the loop "
                            "end one batch early?",
    "batches-zeros-first": "each batch begins with zeros: a vector made with a size has that many "
                           "zeros in it already, and push_back comes behind them",
    "batches-empty-first": "empty batches stand at the front: a vector made with a size has that "
                           "many empty ones already, and push_back comes behind them",
    "batches-last-padded": "the last batch is filled up: it may be shorter (17)",
    "batches-last-overlaps": "the last batch begins earlier, to be full: it may be shorter (17)",
    "batches-last-merged": "the last, shorter batch was added to the one before",
    "batches-order-ignored": "the batches count 0, 1, 2, …: they must take what stands in `order`",
    "batches-sorted": "the examples are sorted: they must stay in the order of `order`",
    "batches-reversed": "the examples come from the back",
    "batches-borders-twice": "the example at each border is in two batches",
    "batches-borders-lost": "the last example of each batch is missing",
    "batches-size-is-count": "batch_size is taken as the number of batches",
    "batches-empty-at-end": "an empty batch stands at the end",
    "batches-one-only": "only the first batch is there",
    "batches-interleaved": "the examples are dealt out like cards: a batch is a run of `order`",
    "accuracy-integer-division": "the quotient of two integers is rounded down: cast to double "
                                 "before you divide",
    "accuracy-percent": "this is in per cent: (18) is a share in [0, 1]",
    "accuracy-count": "this is the number of right rows: (18) divides it by N",
    "accuracy-error-rate": "this is the share of wrong rows: (18) is that of right ones",
    "accuracy-divided-by-other": "it is divided by something other than N",
    "accuracy-in-training-mode": "the share is lower than it should be with dropout in the net: "
                                 "predictions are made in the pass test()",
    "epoch-mean-of-means": "the loss is the plain mean of the batches' losses: (19) weights each by "
                           "its number of examples",
    "epoch-sum-of-losses": "the losses are summed: (19) is their mean",
    "epoch-loss-not-divided": "the weighted sum of the losses is not divided by the number of "
                              "examples",
    "epoch-batch-size": "batch_size stands where the number of examples belongs: (19) weights a loss "
                        "by the size of its own batch, which may be short, and divides by all N",
    "epoch-pass-without-examples": "the pass does not name the batch's examples: it is train(step, "
                                   "batch)",
    "epoch-pass-of-another-step": "the pass is that of another step: it is train(step, batch), and "
                                  "step counts on after the optimizer's step",
    "epoch-in-test-mode": "the loss is taken without dropout: its pass is train(step, batch)",
    "epoch-last-loss": "the loss is that of the last batch only",
    "epoch-first-loss": "the loss is that of the first batch only",
    "epoch-optimizer-never-steps": "the weights did not move: call step() of the optimizer (and "
                                   "backward before it)",
    "epoch-step-before-backward": "the optimizer steps before backward, with the gradients of the "
                                  "batch before",
    "epoch-one-step": "the optimizer stepped once, after the last batch: (19) steps once a batch",
    "epoch-two-steps": "the optimizer stepped twice a batch",
    "epoch-order-ignored": "the rows are taken in their own order: (19) takes them as `order` says",
    "epoch-first-batch-again": "every batch holds the examples of the first",
    "epoch-whole-set": "the whole set is one batch: (19) cuts it into batches",
    "epoch-labels-not-chosen": "rows are chosen by `order`, labels are not: they no longer belong "
                               "together",
    "epoch-last-batch-dropped": "the last, shorter batch is left out: (19) takes every batch",
    "epoch-step-not-counted": "`step` did not count on: one more for each batch",
    "epoch-step-once": "`step` counted on by one: one more for each batch",
    "epoch-step-by-examples": "`step` counted the examples: one more for each batch",
    "epoch-pass-examples": "the pass names other examples than the batch's: it is train(step, batch)",
    "epoch-loss-after-step": "the losses were taken after the step: (19) takes each before",
}


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What an item earns, and what its student reads. `cause` is a key of CAUSES or None."""
    passed: bool
    lines: list[str]
    cause: str | None = None


@dataclasses.dataclass
class Finding:
    """What came of one check. `agreeing` lists the mistakes that give this very answer,
    `disagreeing` those that would have given another; `pattern` is a cause read off the answer
    alone, and `detail` what its sentence ends with."""
    passed: bool
    text: str = ""
    agreeing: list[str] = dataclasses.field(default_factory=list)
    disagreeing: list[str] = dataclasses.field(default_factory=list)
    pattern: str | None = None
    detail: str = ""


# Patterns that no mistake in a formula makes.
SURE = ("shapes-do-not-broadcast", "matmul-into-its-operand", "never-written")


# Reading what a student's program wrote.

def printable(text, limit=TEXT_LIMIT):
    """A student's text as one harmless line."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[:limit + 1])
    return line if len(line) <= limit else line[:limit] + "…"


def number_in(value):
    """A float, or None where `value` is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def matrix_in(value):
    """(rows, columns, values), or None where `value` is no matrix."""
    if not isinstance(value, dict):
        return None
    rows, columns, values = (value.get(key) for key in ("rows", "columns", "values"))
    if type(rows) is not int or type(columns) is not int or not isinstance(values, list):
        return None
    if rows < 0 or columns < 0 or rows * columns != len(values):
        return None
    numbers = [number_in(entry) for entry in values]
    return None if None in numbers else (rows, columns, numbers)


def integers_in(value):
    """A list of integers or of lists of integers, or None where `value` is something else."""
    if not isinstance(value, list):
        return None
    for entry in value:
        inner = entry if isinstance(entry, list) else [entry]
        if any(type(i) is not int or i.bit_length() > 64 for i in inner):
            return None
    return value


def entry_at(results, path):
    """What stands at a path such as [2, "values", 0] of the results; None where nothing does."""
    for key in path:
        if isinstance(key, int):
            if not isinstance(results, list) or key >= len(results):
                return None
        elif not isinstance(results, dict) or key not in results:
            return None
        results = results[key]
    return results


# Comparing numbers.

def scale_of(values, least=0.0):
    """The largest finite entry, the measure of what is near; 1 where there is none."""
    return max([abs(v) for v in values if math.isfinite(v)] + [least]) or 1.0


def near(a, b, tolerance):
    return a == b or abs(a - b) <= tolerance or (math.isnan(a) and math.isnan(b))


def all_near(answer, wanted, tolerance=TOLERANCE):
    """Whether two lists of numbers agree, relative to the largest entry of `wanted`."""
    margin = tolerance * scale_of(wanted)
    return len(answer) == len(wanted) and all(near(a, w, margin) for a, w in zip(answer, wanted))


def same_matrix(answer, wanted):
    return answer[:2] == wanted[:2] and all_near(answer[2], wanted[2])


def transpose(matrix):
    rows, columns, values = matrix
    return columns, rows, [values[i * columns + j] for j in range(columns) for i in range(rows)]


def is_product(answer, base, factor):
    """Whether every entry is 0 or factor·base, and both happen."""
    wanted = [factor * b for b in base[2]]
    margin = TOLERANCE * scale_of(wanted)
    kept = [near(a, w, margin) for a, w in zip(answer[2], wanted)]
    dropped = [near(a, 0.0, margin) for a in answer[2]]
    return (answer[:2] == base[:2] and all(k or d for k, d in zip(kept, dropped))
            and any(k and not d for k, d in zip(kept, dropped))
            and any(d and not k for k, d in zip(kept, dropped)))


def agrees(answer, prediction):
    """Whether an answer is what a mistake would give. A prediction is a number, a matrix, a list of
    integers, or: {"not_finite"}: anything with NaN or infinity in it; {"mask_of": M, "factor": f}:
    zeros and entries of f·M; {"one_of": numbers}; {"choices": lists}: the n-th integer is among
    the n-th list."""
    if isinstance(prediction, list) or isinstance(answer, int):
        return answer == prediction
    if not isinstance(prediction, dict):
        return isinstance(answer, float) and all_near([answer], [number_in(prediction)])
    if "choices" in prediction:
        choices = prediction["choices"]
        return (isinstance(answer, list) and len(answer) == len(choices)
                and all(a in allowed for a, allowed in zip(answer, choices)))
    if "one_of" in prediction:
        return isinstance(answer, float) and any(agrees(answer, p) for p in prediction["one_of"])
    if "not_finite" in prediction:
        values = answer[2] if isinstance(answer, tuple) else [answer]
        return not all(math.isfinite(v) for v in values if isinstance(v, float))
    if not isinstance(answer, tuple):
        return False
    if "mask_of" in prediction:
        return is_product(answer, matrix_in(prediction["mask_of"]), prediction["factor"])
    return same_matrix(answer, matrix_in(prediction))


def sort_mistakes(finding, mistakes, fits):
    """Notes which mistakes fits(mistake) finds to give this answer; a cause may have several ways."""
    for mistake in mistakes:
        (finding.agreeing if fits(mistake) else finding.disagreeing).append(mistake["cause"])
    finding.disagreeing = [c for c in finding.disagreeing if c not in finding.agreeing]
    return finding


def sort_values(finding, answer, check, results):
    """The same for mistakes with a "value" that the answer may agree with, or with {"plus": path}:
    what is right plus what the program answered there, right or wrong."""
    def fits(mistake):
        value = mistake["value"]
        if isinstance(value, dict) and "plus" in value:
            value = total(check["expected"], entry_at(results, value["plus"]))
        return value is not None and agrees(answer, value)

    return sort_mistakes(finding, check["mistakes"], fits)


def total(wanted, answered):
    """The sum of a number or matrix and what should be another such; None where it is not, or not
    finite, for infinity is the sum of too many things."""
    if not isinstance(wanted, dict):
        number = number_in(answered)
        return wanted + number if number is not None and math.isfinite(number) else None
    one, other = matrix_in(wanted), matrix_in(answered)
    if other is None or one[:2] != other[:2] or not all(map(math.isfinite, other[2])):
        return None
    return {**wanted, "values": [a + b for a, b in zip(one[2], other[2])]}


def is_unwritten(value):
    """Whether this is memory as a program gets it (see process.MEMORY), or computed from that."""
    return math.isfinite(value) and abs(value) > UNWRITTEN


def pattern_of(answer, wanted):
    """A cause that the numbers alone show, and its detail; both are (rows, columns, values)."""
    values, right = answer[2], wanted[2]
    if any(map(is_unwritten, values)):
        return "never-written", ""
    if not all(map(math.isfinite, values)):
        return "not-finite", ""
    if answer[:2] != wanted[:2]:
        return ("transposed" if same_matrix(transpose(answer), wanted) else "wrong-shape"), ""
    if all_near(values, right, FLOAT_ERROR):
        return "float-precision", ""
    if not any(values):
        return "all-zero", ""
    if all_near([-v for v in values], right):
        return "negated", ""
    if answer[0] == answer[1] > 1 and same_matrix(transpose(answer), wanted):
        return "transposed", ""
    largest = max(range(len(right)), key=lambda k: abs(right[k]))
    factor = values[largest] / right[largest] if right[largest] else 0.0
    if len(right) > 1 and factor and all_near(values, [factor * r for r in right]):
        return "constant-factor", f", {factor:.6g}"
    return None, ""


# Wording.

def shown(value, other=None):
    """A number in six digits, or in more where it would else look like the other."""
    if not isinstance(value, float):
        return printable(value)
    value += 0.0  # -0 is 0
    for digits in (6, 10, 17):
        text = f"{value:.{digits}g}"
        if other is None or text != f"{other:.{digits}g}":
            break
    return text


def place(index, columns):
    return f"[{index // columns},{index % columns}]"


def matrix_text(name, answer, wanted):
    """What is wrong with a matrix: its shape, or its first wrong entry."""
    if answer[:2] != wanted[:2]:
        return (f"{name} is {answer[0]}×{answer[1]}, expected {wanted[0]}×{wanted[1]}")
    margin = TOLERANCE * scale_of(wanted[2])
    wrong = [k for k, (a, w) in enumerate(zip(answer[2], wanted[2])) if not near(a, w, margin)]
    first, size = wrong[0], len(wanted[2])
    return (f"{name} ({wanted[0]}×{wanted[1]}) is wrong in {len(wrong)} of {size} "
            f"{'entries' if size > 1 else 'entry'}, first at {place(first, wanted[1])}: expected "
            f"{shown(wanted[2][first], answer[2][first])}, "
            f"got {shown(answer[2][first], wanted[2][first])}")


# The kinds of checks. Each takes the check and the results of a response, and gives a Finding.

def malformed(check, value):
    what = "is missing" if value is None else f"is no {check.get('form', 'number')}"
    return Finding(False, f"{check['name']} {what} in the answer", pattern="malformed-answer")


def check_number(check, results):
    """{"expected": a number, "mistakes"}"""
    value = entry_at(results, check["at"])
    answer = number_in(value)
    if answer is None:
        return malformed(check, value)
    wanted = check["expected"]
    finding = Finding(all_near([answer], [wanted]))
    if not finding.passed:
        finding.text = (f"{check['name']} is wrong: expected {shown(wanted, answer)}, "
                        f"got {shown(answer, wanted)}")
        finding.pattern, finding.detail = pattern_of((1, 1, [answer]), (1, 1, [wanted]))
    return sort_values(finding, answer, check, results)


def check_matrix(check, results):
    """{"expected": M, "mistakes", "otherwise": what else is likely here (or absent)}"""
    value = entry_at(results, check["at"])
    answer, wanted = matrix_in(value), matrix_in(check["expected"])
    if answer is None:
        return malformed({"form": "matrix", **check}, value)
    finding = Finding(same_matrix(answer, wanted))
    if not finding.passed:
        finding.text = matrix_text(check["name"], answer, wanted)
        finding.pattern, finding.detail = pattern_of(answer, wanted)
        if finding.pattern in (None, "float-precision"):
            finding.pattern = check.get("otherwise", finding.pattern)
    return sort_values(finding, answer, check, results)


def check_finite(check, results):
    """check_matrix for what is only asked to be finite, and of the right shape."""
    finding = check_matrix(check, results)
    answer, wanted = matrix_in(entry_at(results, check["at"])), matrix_in(check["expected"])
    fits = answer is not None and answer[:2] == wanted[:2] and all(map(math.isfinite, answer[2]))
    return Finding(True) if fits else finding


def check_integers(check, results):
    """{"expected": a list of integers or of lists of them, or one integer, "mistakes"}"""
    value = entry_at(results, check["at"])
    single = isinstance(check["expected"], int)
    answer = integers_in([value] if single else value)
    if answer is None:
        form = "integer" if single else "list of integers"
        return malformed({"form": form, **check}, value)
    wanted = [check["expected"]] if single else check["expected"]
    finding = Finding(answer == wanted)
    if single:
        answer = value
    if not finding.passed:
        finding.text = f"{check['name']} is wrong: " + integers_text(answer, check["expected"])
    return sort_values(finding, answer, check, results)


def integers_text(answer, wanted):
    if isinstance(wanted, int):
        return f"expected {wanted}, got {printable(answer, 24)}"
    if len(wanted) <= 8 and len(answer) <= 2 * len(wanted):
        return f"expected {wanted}, got {printable(answer)}"
    if len(answer) != len(wanted):
        return f"expected {len(wanted)} of them, got {len(answer)}"
    wrong = [n for n, (a, w) in enumerate(zip(answer, wanted)) if a != w]
    return (f"{len(wrong)} of {len(wanted)}, first at [{wrong[0]}]: expected {wanted[wrong[0]]}, "
            f"got {printable(answer[wrong[0]])}")


def kept_in(matrix):
    """Where a matrix is not 0: the mask that made it, for what was masked has no zeros."""
    margin = TOLERANCE * scale_of(matrix[2])
    return [not near(v, 0.0, margin) for v in matrix[2]]


def likely(count, size, share):
    """Whether so many of `size` independent draws come true with probability `share`: a count has
    the standard deviation √(size·share·(1 - share)), and six of them are allowed to either side."""
    return abs(count - size * share) <= SIGMAS * math.sqrt(size * share * (1 - share))


def check_mask(check, results):
    """{"of": M, "factor": f, "share": q or None, "mistakes": [{"cause", "factor", "share"}]}: each
    entry is 0 or f·M. With a share, as many as independent draws keep, each row in its own way."""
    value = entry_at(results, check["at"])
    answer, base = matrix_in(value), matrix_in(check["of"])
    if answer is None:
        return malformed({"form": "matrix", **check}, value)
    if answer[:2] != base[:2]:
        return Finding(False, matrix_text(check["name"], answer, base), pattern="wrong-shape")
    kept = kept_in(answer)
    entries_right = answered_by(answer, base, check["factor"])
    finding = Finding(True)
    wrong_share = check["share"] is not None and not likely(sum(kept), len(kept), check["share"])
    if not entries_right:
        finding = Finding(False, mask_entry_text(check, answer, base))
        if not all(map(math.isfinite, answer[2])):
            finding.pattern = "not-finite"
        elif answered_by(answer, base, check["factor"], FLOAT_ERROR):
            finding.pattern = "float-precision"
    elif wrong_share:
        finding = Finding(False, share_text(check, kept), pattern="dropout-wrong-share")
    sort_mistakes(finding, check["mistakes"], lambda mistake: (
        answered_by(answer, base, mistake["factor"]) and (
            check["share"] is None or likely(sum(kept), len(kept), mistake["share"]))))
    if check["share"] is not None and 0 < sum(kept) < len(kept):
        dependence = dependence_in(kept, base[0], base[1], check["share"])
        if dependence is not None:
            text, cause = dependence
            finding = Finding(False, f"{check['name']} ({base[0]}×{base[1]}): {text}", [cause])
    return finding


def answered_by(answer, base, factor, tolerance=TOLERANCE):
    """Whether every entry is 0 or factor·base."""
    margin = tolerance * scale_of([factor * b for b in base[2]])
    return all(near(a, 0.0, margin) or near(a, factor * b, margin)
               for a, b in zip(answer[2], base[2]))


def mask_entry_text(check, answer, base):
    margin = TOLERANCE * scale_of([check["factor"] * b for b in base[2]])
    wrong = [k for k, (a, b) in enumerate(zip(answer[2], base[2]))
             if not near(a, 0.0, margin) and not near(a, check["factor"] * b, margin)]
    k = wrong[0]
    return (f"{check['name']} ({base[0]}×{base[1]}) is wrong in {len(wrong)} of {len(base[2])} "
            f"entries, first at {place(k, base[1])}: x is {shown(base[2][k])}, expected 0 or "
            f"{shown(check['factor'] * base[2][k], answer[2][k])}, "
            f"got {shown(answer[2][k], check['factor'] * base[2][k])}")


def share_text(check, kept):
    size, share = len(kept), check["share"]
    spread = SIGMAS * math.sqrt(size * share * (1 - share))
    low, high = math.ceil(size * share - spread), math.floor(size * share + spread)
    return (f"{check['name']}: {sum(kept)} of {size} units stayed, expected {low} to {high} "
            f"(keep_prob {share:g}, {SIGMAS} standard deviations to either side)")


def dependence_in(kept, rows, columns, share):
    """(what is not independent, its cause), or None. A mask whose share of ones is not the right
    one has another fault."""
    lines = [tuple(kept[n * columns:(n + 1) * columns]) for n in range(rows)]
    if len(set(lines)) == 1:
        return "every row kept and dropped the same units", "dropout-one-row-for-the-batch"
    if all(len(set(line)) == 1 for line in lines):
        return "each row was kept or dropped as a whole", "dropout-one-draw-for-a-row"
    if len({sum(line) for line in lines}) == 1:
        return f"every row kept exactly {sum(lines[0])} units", "dropout-fixed-count"
    if likely(sum(kept), len(kept), share):
        regular = regularity_in(lines, share)
        if regular is not None:
            return regular, "dropout-fixed-pattern"
    return None


def regularity_in(lines, share):
    """What independent draws would show with a probability below 1e-8 only, in words, or None."""
    columns = list(zip(*lines))
    for what, rows in (("row", lines), ("column", columns)):
        counts = [sum(row) for row in rows]
        if spread_bound(counts, len(rows[0]), share) < CHANCE:
            return (f"{min(counts)} to {max(counts)} units of a {what} stayed: so {what}s of "
                    f"independent draws do not spread")
        for lag in range(1, LAGS + 1):
            pairs, alike = pairs_in(rows, lag)
            if not likely(alike, pairs, share ** 2 + (1 - share) ** 2):
                return (f"of {pairs} pairs of units {lag} apart in a {what}, {alike} stayed or went "
                        "together: independent draws do not")
    return None


def pairs_in(rows, lag):
    """(pairs of entries `lag` apart in a row, those that are alike). No entry is in two pairs, so
    that pairs of independent draws are independent, too."""
    alike = [row[k] == row[k + lag] for row in rows for k in range(len(row) - lag)
             if k // lag % 2 == 0]
    return len(alike), sum(alike)


def spread_bound(counts, size, share):
    """Chernoff's bound on the probability that the squared distances of so many counts, each of
    `size` independent draws, from their mean add up to as little, or to as much, as these do:
    the least over t of exp(-t·sum)·E[exp(t·distance)]^number. It holds for every t."""
    distances = [(k - size * share) ** 2 for k in range(size + 1)]
    logs = [math.lgamma(size + 1) - math.lgamma(k + 1) - math.lgamma(size - k + 1)
            + k * math.log(share) + (size - k) * math.log(1 - share) for k in range(size + 1)]
    total = sum(distances[k] for k in counts)
    variance, bound = size * share * (1 - share), 1.0
    for t in (f / variance for f in (-20, -10, -5, -2, -1, -0.5, -0.2, 0.05, 0.1, 0.2, 0.3, 0.4)):
        terms = [log + t * distance for log, distance in zip(logs, distances)]
        largest = max(terms)
        mean = largest + math.log(sum(math.exp(term - largest) for term in terms))
        bound = min(bound, math.exp(min(0.0, len(counts) * mean - t * total)))
    return bound


def check_masks(check, results):
    """{"at": [path, …], "alike": bool, "cause"}: the masks that show in these matrices, by where
    they are 0, are all the same or all different."""
    masks = []
    for path in check["at"]:
        matrix = matrix_in(entry_at(results, path))
        if matrix is None:
            return malformed({"form": "matrix", **check}, entry_at(results, path))
        masks.append(tuple(kept_in(matrix)))
    different = len(set(masks))
    if different == (1 if check["alike"] else len(masks)):
        return Finding(True, disagreeing=[check["cause"]])
    finding = Finding(False, f"{check['name']}: of {len(masks)} masks {different} differ, "
                             f"expected {1 if check['alike'] else len(masks)}")
    if all(0 < sum(mask) < len(mask) for mask in masks):
        finding.agreeing.append(check["cause"])
    return finding


def check_rows(check, results):
    """{"at": [path, path], "rows": [r, …], "cause"}: row k of the second mask is row r[k] of the
    first."""
    first, second = (matrix_in(entry_at(results, path)) for path in check["at"])
    if first is None or second is None:
        return malformed({"form": "matrix", **check}, None)
    rows, columns = check["rows"], first[1]
    if second[:2] != (len(rows), columns) or first[0] <= max(rows):
        return Finding(False, matrix_text(check["name"], second, (len(rows), columns, [])),
                       pattern="wrong-shape")
    before, after = kept_in(first), kept_in(second)
    different = sum(before[r * columns:(r + 1) * columns] != after[k * columns:(k + 1) * columns]
                    for k, r in enumerate(rows))
    if not different:
        return Finding(True, disagreeing=[check["cause"]])
    return Finding(False, f"{check['name']} differ for {different} of {len(rows)}", [check["cause"]])


def check_backward_mask(check, results):
    """{"forward": path of out, "others": paths of other outs, "of": dout, "factor": f, "mistakes":
    [{"cause", "factor", "masked"}]}: dx is f·dout where out is not 0, else 0."""
    out, value = matrix_in(entry_at(results, check["forward"])), entry_at(results, check["at"])
    answer, dout = matrix_in(value), matrix_in(check["of"])
    if answer is None or out is None:
        return malformed({"form": "matrix", **check}, value)
    kept = kept_in(out)
    if out[:2] != dout[:2] or not 0 < sum(kept) < len(kept):
        return Finding(False, f"{check['name']} cannot be judged: forward in training shows no mask",
                       ["dropout-forward-shows-no-mask"])

    def masked(factor, mask):
        return dout[0], dout[1], [factor * d if k else 0.0 for d, k in zip(dout[2], mask)]

    wanted = masked(check["factor"], kept)
    finding = Finding(same_matrix(answer, wanted))
    sort_mistakes(finding, check["mistakes"], lambda mistake: same_matrix(
        answer, masked(mistake["factor"], kept if mistake["masked"] else [True] * len(kept))))
    if finding.passed:
        return finding
    finding.text = matrix_text(check["name"], answer, wanted)
    finding.pattern, finding.detail = pattern_of(answer, wanted)
    if same_matrix(answer, out):
        finding.agreeing.insert(0, "dropout-backward-x-instead-of-dout")
    factors = [check["factor"]] + [mistake["factor"] for mistake in check["mistakes"]]
    if answer[:2] == dout[:2] and not finding.agreeing:
        used = kept_in(answer)
        if any(answered_by(answer, dout, factor) for factor in factors) and used != kept:
            finding.agreeing.append(other_mask_cause(check, results, used, kept))
    return finding


def other_mask_cause(check, results, used, kept):
    """The cause of a mask in backward that is not forward's."""
    if all(u != k for u, k in zip(used, kept)):
        return "dropout-backward-mask-reversed"
    for path in check["others"]:
        other = matrix_in(entry_at(results, path))
        if other is not None and kept_in(other) == used:
            return "dropout-backward-mask-of-another-forward"
    return "dropout-backward-not-masked" if all(used) else "dropout-backward-new-mask"


def check_same(check, results):
    """{"at": path, "as": path, "mistakes": [{"cause", "as": path}]}: two numbers are the same."""
    values = [entry_at(results, check[key]) for key in ("at", "as")]
    answer, wanted = map(number_in, values)
    if answer is None or wanted is None:
        return malformed(check, values[answer is not None])
    finding = Finding(math.isfinite(wanted) and all_near([answer], [wanted]))
    if not finding.passed:
        finding.text = (f"{check['name']}: expected {shown(wanted, answer)}, "
                        f"got {shown(answer, wanted)}")

    def fits(mistake):
        other = number_in(entry_at(results, mistake["as"]))
        return other is not None and all_near([answer], [other])

    return sort_mistakes(finding, check["mistakes"], fits)


def check_one_of(check, results):
    """{"alternatives": numbers, "mistakes": [{"cause", "value": a number or {"one_of"}}]}"""
    value = entry_at(results, check["at"])
    answer = number_in(value)
    if answer is None:
        return malformed(check, value)
    finding = Finding(any(all_near([answer], [right]) for right in check["alternatives"]))
    if not finding.passed:
        closest = min(check["alternatives"], key=lambda right: abs(right - answer))
        finding.text = (f"{check['name']} is wrong: got {shown(answer, closest)}, which none of the "
                        f"{len(check['alternatives'])} possible masks gives (closest: "
                        f"{shown(closest, answer)})")
    return sort_values(finding, answer, check, results)


def check_varies(check, results):
    """{"at": [path, …], "cause"}: these numbers are not all the same."""
    answers = [number_in(entry_at(results, path)) for path in check["at"]]
    if None in answers:
        return malformed(check, None)
    if not all(all_near([answer], answers[:1]) for answer in answers):
        return Finding(True, disagreeing=[check["cause"]])
    return Finding(False, f"{check['name']}: {len(answers)} steps gave the same number, "
                          f"{shown(answers[0])}", [check["cause"]])


def check_together(check, results):
    """{"at": {name: path}, "loss": path, "alternatives": [{"loss": d, name: M, …}], "mistakes":
    [{"cause", "alternatives"}]}: all matrices are those of one alternative: of the one that gave
    the loss, or where no alternative did (another item's matter), of any."""
    answers = {}
    for name, path in check["at"].items():
        answers[name] = matrix_in(entry_at(results, path))
        if answers[name] is None:
            return malformed({"form": "matrix", "name": name}, entry_at(results, path))
    loss = number_in(entry_at(results, check["loss"]))

    def with_loss(alternatives):
        chosen = [a for a in alternatives if loss is not None and all_near([loss], [a["loss"]])]
        return chosen or alternatives

    def right_in(alternative):
        return sum(same_matrix(answers[name], matrix_in(alternative[name])) for name in answers)

    candidates = with_loss(check["alternatives"])
    best = max(candidates, key=right_in)
    finding = Finding(right_in(best) == len(answers))
    if not finding.passed:
        name = next(name for name in answers
                    if not same_matrix(answers[name], matrix_in(best[name])))
        wanted = matrix_in(best[name])
        finding.text = matrix_text(f"{check['name']} {name}", answers[name], wanted)
        finding.pattern, finding.detail = pattern_of(answers[name], wanted)
        if any(right_in(a) == len(answers) for a in check["alternatives"]):
            finding.agreeing.append("dropout-backward-new-mask")
    return sort_mistakes(finding, check["mistakes"], lambda mistake: any(
        right_in(a) == len(answers) for a in with_loss(mistake["alternatives"])))


CHECKS = {"number": check_number, "matrix": check_matrix, "finite": check_finite,
          "integers": check_integers,
          "mask": check_mask, "masks": check_masks, "rows": check_rows, "same": check_same,
          "backward_mask": check_backward_mask,
          "one_of": check_one_of, "varies": check_varies, "together": check_together}


# Cases and items.

def error_in(results):
    """(number of the call, text) of the first call that threw, or None."""
    for number, result in enumerate(results):
        if isinstance(result, dict) and "error" in result:
            text = result["error"]
            return number, printable(text if isinstance(text, str) else "something without a text")
    return None


def unwritten(text):
    """The part that a stub's exception names, or None."""
    start = "not implemented: "
    return text[len(start):] if text.startswith(start) else None


def error_finding(item, text):
    """What a call's exception tells."""
    part = unwritten(text)
    if part is not None:
        if item["equation"] in part:
            return Finding(False, f"not written yet: {part}", pattern="not-implemented")
        return Finding(False, f"waits for another part of yours that is not written yet: {part}",
                       pattern="waits-for-another-part")
    pattern = "throws"
    if "cannot multiply" in text:
        pattern = "cache-not-filled" if "0×0" in text else "shapes-do-not-fit"
    if "result is one of its factors" in text:
        pattern = "matmul-into-its-operand"
    if any(words in text for words in ("Incompatible dimension", "differ in shape", "entrywise: ")):
        pattern = "shapes-do-not-broadcast"
    if "backward came before forward" in text:
        pattern = "out-not-filled"
    if re.search(r"dout is \d+×\d+, expected", text):
        pattern = "dout-of-another-shape"
    if "the pass names" in text:
        pattern = "epoch-pass-examples"
    return Finding(False, f"the code threw: {text}", pattern=pattern)


def trespass_finding(text):
    """What a worker tells after its results: that a call changed what it must leave alone."""
    pattern = "changes-argument" if "caller's" in text else "changes-other-layer"
    return Finding(False, text, pattern=pattern)


def paths_of(check):
    """Every path that a check reads."""
    at = check["at"]
    if "as" in check:
        return [at, check["as"]]
    if isinstance(at, dict):
        at = list(at.values())
    return at if at and isinstance(at[0], list) else [at]


def findings_of(item, case, response):
    """A Finding for each check of a case; one alone where the answers end before it."""
    if not isinstance(response, dict) or not isinstance(response.get("results"), list):
        return [Finding(False, "there is no answer", pattern="no-answer")]
    results = response["results"]
    error = error_in(results)
    found = []
    for check in case["checks"]:
        last_call = max(path[0] for path in paths_of(check))
        if error is not None and error[0] <= last_call:
            if case.get("spared_when_unwritten") == error[0] and unwritten(error[1]) is not None:
                break  # what this case asks of a part that another item grades
            found.append(error_finding(item, error[1]))
            break
        found.append(CHECKS[check["kind"]](check, results))
    if error is not None and error[0] >= len(case["request"]["calls"]):
        found.append(trespass_finding(error[1]))
    return found


def likeliest(findings):
    """The mistake that explains the most wrong answers and is at odds with the fewest others; the
    first that was listed where several do; None where it would be at odds with most answers."""
    explained, at_odds = collections.Counter(), collections.Counter()
    for finding in findings:
        if not finding.passed:
            explained.update(dict.fromkeys(finding.agreeing, 1))
        at_odds.update(dict.fromkeys(finding.disagreeing, 1))
    best = max(explained, key=lambda cause: explained[cause] - at_odds[cause], default=None)
    return best if best is None or explained[best] >= at_odds[best] else None


def judge(item, cases, responses):
    """The verdict on one item of assignment.json: it passes when every check of every case does.
    responses may be shorter than cases, and hold anything."""
    responses = list(responses) + [None] * (len(cases) - len(responses))
    judged = [(case, findings_of(item, case, response)) for case, response in zip(cases, responses)]
    everything = [finding for _, findings in judged for finding in findings]
    wrong_cases = [case for case, findings in judged if not all(f.passed for f in findings)]
    if not wrong_cases and everything:
        return Verdict(True, [])
    cause = likeliest(everything)
    failing = [(case, f) for case, findings in judged for f in findings if not f.passed]
    if 2 * sum(f.pattern in SURE for _, f in failing) >= len(failing):
        cause = None  # and not that of the cases in which the same happened to fit
    if not failing:
        return Verdict(False, ["there was nothing to judge"], "no-answer")
    if cause is None:
        cause = collections.Counter(f.pattern for _, f in failing).most_common(1)[0][0]
    case, finding = next(((c, f) for c, f in failing if cause in f.agreeing + [f.pattern]),
                         failing[0])
    lines = [f"Equation {item['equation']}, case {case['name']}: {finding.text}."]
    if len(cases) > 1:
        lines[0] += f" Wrong in {len(wrong_cases)} of {len(cases)} cases."
    if cause not in (None, "not-implemented", "waits-for-another-part", "throws", "no-answer"):
        detail = finding.detail if cause == finding.pattern else ""
        sentence = CAUSES[cause] + detail
        lines.append(f"Likely: {sentence}" + ("" if sentence.endswith("?") else "."))
    return Verdict(False, lines, cause)
