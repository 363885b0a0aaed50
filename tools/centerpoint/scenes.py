"""Frames of nuScenes-format scenes with LiDAR sweeps: the points of several sweeps together, and the boxes to find."""

import json
import os

import numpy as np

CLASSES = ["car", "truck", "construction_vehicle", "bus", "trailer", "barrier", "motorcycle", "bicycle", "pedestrian",
           "traffic_cone"]
CATEGORIES = {
    "vehicle.car": 0, "vehicle.truck": 1, "vehicle.construction": 2, "vehicle.bus.rigid": 3, "vehicle.bus.bendy": 3,
    "vehicle.trailer": 4, "movable_object.barrier": 5, "vehicle.motorcycle": 6, "vehicle.bicycle": 7,
    "human.pedestrian.adult": 8, "movable_object.trafficcone": 9,
}


def rotation(q):
    """The matrix of a quaternion w, x, y, z."""
    w, x, y, z = q
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])


def pose(record):
    m = np.eye(4)
    m[:3, :3] = rotation(record["rotation"])
    m[:3, 3] = record["translation"]
    return m


class Scenes:
    """
    The samples of a data set in nuScenes' layout.

    ``frame(i)`` gives the points [n, 5] (x, y, z, intensity, time lag in seconds) in the LiDAR frame of the key frame, and
    the boxes [m, 10]: x, y, z, dx, dy, dz, yaw, vx, vy, class. Boxes without a single return are left out.
    """

    def __init__(self, folder, sweeps):
        self.folder = folder
        self.sweeps = sweeps
        tables = next(d for d in sorted(os.listdir(folder)) if d.startswith("v1.0"))

        def table(name):
            with open(os.path.join(folder, tables, name + ".json"), encoding="utf-8") as f:
                return json.load(f)

        self.samples = table("sample")
        self.poses = {r["token"]: pose(r) for r in table("ego_pose")}
        self.mounts = {r["token"]: pose(r) for r in table("calibrated_sensor")}
        self.data = {r["token"]: r for r in table("sample_data")}
        self.keys = {r["sample_token"]: r for r in self.data.values() if r["is_key_frame"]}
        category = {r["token"]: r["name"] for r in table("category")}
        self.kind = {r["token"]: category[r["category_token"]] for r in table("instance")}
        self.annotations = {r["token"]: r for r in table("sample_annotation")}
        self.times = {r["token"]: r["timestamp"] * 1e-6 for r in self.samples}
        self.of_sample = {}
        for r in self.annotations.values():
            self.of_sample.setdefault(r["sample_token"], []).append(r)

    def __len__(self):
        return len(self.samples)

    def frame(self, i):
        key = self.keys[self.samples[i]["token"]]
        to_lidar = np.linalg.inv(self._global(key))
        return self._points(key, to_lidar), self._boxes(self.samples[i]["token"], to_lidar)

    def _global(self, sweep):
        return self.poses[sweep["ego_pose_token"]] @ self.mounts[sweep["calibrated_sensor_token"]]

    def _points(self, key, to_lidar):
        parts = []
        at = key
        for n in range(self.sweeps):
            points = np.fromfile(os.path.join(self.folder, at["filename"]), dtype=np.float32).reshape(-1, 5)
            if n > 0:
                points = points[(np.abs(points[:, 0]) >= 1) | (np.abs(points[:, 1]) >= 1)]
            moved = to_lidar @ self._global(at)
            out = np.empty((len(points), 5), dtype=np.float32)
            out[:, :3] = points[:, :3] @ moved[:3, :3].T + moved[:3, 3]
            out[:, 3] = points[:, 3]
            out[:, 4] = 1e-6 * (key["timestamp"] - at["timestamp"])
            parts.append(out)
            if at["prev"]:
                at = self.data[at["prev"]]
        return np.concatenate(parts)

    def _boxes(self, sample, to_lidar):
        out = []
        for a in self.of_sample.get(sample, []):
            kind = CATEGORIES.get(self.kind[a["instance_token"]])
            if kind is None or a["num_lidar_pts"] + a["num_radar_pts"] == 0:
                continue
            centre = to_lidar @ np.array([*a["translation"], 1.0])
            heading = to_lidar[:3, :3] @ rotation(a["rotation"])[:, 0]
            width, length, height = a["size"]
            velocity = to_lidar[:3, :3] @ self._velocity(a)
            out.append([*centre[:3], length, width, height, np.arctan2(heading[1], heading[0]), *velocity[:2], kind])
        return np.array(out, dtype=np.float64).reshape(-1, 10)

    def _velocity(self, a):
        first = self.annotations[a["prev"]] if a["prev"] else a
        last = self.annotations[a["next"]] if a["next"] else a
        seconds = self.times[last["sample_token"]] - self.times[first["sample_token"]]
        if seconds <= 0:
            return np.full(3, np.nan)
        return (np.array(last["translation"]) - np.array(first["translation"])) / seconds
