"""Trains the network of digits.tir and writes its weights to weights.npz.

    python3 train.py          # NumPy alone; about 20 s

Two layers, 64 -> 128 -> 10 with tanh, on pixels divided by 16 (the program does that itself). Adam with weight decay on
minibatches of images moved by up to one pixel; the weights written are the running average of those passed through, which
depends little on where training stops. The seed is fixed; the test images take no part in training.
"""

import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parent
HIDDEN, EPOCHS, BATCH = 128, 150, 64
RATE, DECAY, AVERAGE = 2e-3, 1e-3, 0.999


def moved(images, rng):
    """Each image moved by -1, 0 or 1 pixels in both directions, zeros moving in."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (8, 8), axis=(1, 2))
    dy, dx = rng.choice(3, size=(2, len(images)), p=[0.15, 0.7, 0.15])
    return windows[np.arange(len(images)), dy, dx]


def initial(rng):
    def layer(n, m):
        return rng.normal(0, (1 / n) ** 0.5, (n, m))

    return {"w1": layer(64, HIDDEN), "b1": np.zeros(HIDDEN), "w2": layer(HIDDEN, 10), "b2": np.zeros(10)}


def logits(p, x):
    hidden = np.tanh(x @ p["w1"] + p["b1"])
    return hidden, hidden @ p["w2"] + p["b2"]


def gradient(p, x, labels):
    """Of the mean cross-entropy."""
    hidden, z = logits(p, x)
    d = np.exp(z - z.max(1, keepdims=True))
    d /= d.sum(1, keepdims=True)
    d[np.arange(len(labels)), labels] -= 1
    d /= len(labels)
    dh = (d @ p["w2"].T) * (1 - hidden**2)
    return {"w1": x.T @ dh, "b1": dh.sum(0), "w2": hidden.T @ d, "b2": d.sum(0)}


def train(images, labels, rng):
    p = initial(rng)
    mean = {k: np.zeros_like(v) for k, v in p.items()}
    square = {k: np.zeros_like(v) for k, v in p.items()}
    average = {k: v.copy() for k, v in p.items()}
    step, steps = 0, EPOCHS * (len(images) // BATCH)
    for _ in range(EPOCHS):
        order = rng.permutation(len(images))
        for batch in order[: len(images) // BATCH * BATCH].reshape(-1, BATCH):
            step += 1
            g = gradient(p, moved(images[batch], rng).reshape(BATCH, 64) / 16, labels[batch])
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for k in p:
                mean[k] += 0.1 * (g[k] - mean[k])
                square[k] += 0.001 * (g[k] ** 2 - square[k])
                update = mean[k] / (1 - 0.9**step) / (np.sqrt(square[k] / (1 - 0.999**step)) + 1e-8)
                p[k] -= rate * (update + DECAY * p[k])
                average[k] += (1 - AVERAGE) * (p[k] - average[k])
    return {k: v.astype(np.float32) for k, v in average.items()}


def accuracy(p, images, labels):
    return (logits(p, images.reshape(-1, 64).astype(np.float32) / 16)[1].argmax(1) == labels).mean()


def main(seed=1):
    data = np.load(FOLDER.parent / "data" / "digits.npz")
    weights = train(data["train_images"], data["train_labels"], np.random.default_rng(seed))
    for name in ("train", "test"):
        print(f"{name} accuracy {accuracy(weights, data[name + '_images'], data[name + '_labels']):.4f}")
    return weights


if __name__ == "__main__":
    np.savez(FOLDER / "weights.npz", **main())
