package dev.octavo.lidar.sim;

import dev.octavo.lidar.geometry.Pose;
import dev.octavo.lidar.geometry.Quaternion;
import dev.octavo.lidar.geometry.Vec3;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What is there, and the vehicle that drives through it along x.
 *
 * @param ground what everything stands on
 * @param actors the objects
 * @param egoSpeed of the vehicle, metres per second
 */
record World(Ground ground, List<Actor> actors, double egoSpeed) {
    private static final double ROUGHNESS = 0.06;
    private static final double EGO_RADIUS = 3;
    private static final double EGO_FASTEST = 8;
    private static final double GAP = 0.4;
    private static final double STEP = 0.25;
    private static final double MOVING = 0.6;
    private static final double SPREAD = 0.1;
    private static final double ALONG_ROAD = 0.75;
    private static final int TRIES = 40;

    World {
        actors = List.copyOf(actors);
    }

    /** The vehicle in the global frame. */
    Pose ego(double seconds) {
        double x = egoSpeed * seconds;
        return new Pose(Quaternion.ofYaw(0), new Vec3(x, 0, ground.height(x, 0)));
    }

    /**
     * A random scene in which no two footprints touch from time {@code from} to {@code to}.
     *
     * @param seed the same seed gives the same scene
     * @param objects how many are tried; those that find no room are left out
     * @param radius how far from the vehicle's middle position they stand, metres along x and y
     */
    static World random(long seed, int objects, double radius, double from, double to) {
        Random random = new Random(seed);
        Ground ground = new Ground(ROUGHNESS * random.nextDouble(), 2 * Math.PI * random.nextDouble());
        double egoSpeed = EGO_FASTEST * random.nextDouble();
        World world = new World(ground, List.of(), egoSpeed);
        List<Actor> actors = new ArrayList<>();
        for (int i = 0; i < objects; i++) {
            ActorKind kind = kind(random);
            for (int attempt = 0; attempt < TRIES; attempt++) {
                Actor candidate = actor(kind, random, radius, egoSpeed * (from + to) / 2);
                if (world.hasRoom(candidate, actors, from, to)) {
                    actors.add(candidate);
                    break;
                }
            }
        }
        return new World(ground, actors, egoSpeed);
    }

    private static ActorKind kind(Random random) {
        double sum = 0;
        for (ActorKind k : ActorKind.values()) {
            sum += k.share();
        }
        double left = sum * random.nextDouble();
        for (ActorKind k : ActorKind.values()) {
            left -= k.share();
            if (left < 0) {
                return k;
            }
        }
        return ActorKind.CAR; // rounding alone leads here
    }

    private static Actor actor(ActorKind kind, Random random, double radius, double middle) {
        ActorKind.Body body = kind.body();
        double scale = Math.max(1 - 2 * SPREAD, 1 + SPREAD * random.nextGaussian());
        Actor.Size size = new Actor.Size(
                body.width() * (1 + SPREAD * (random.nextDouble() - 0.5)),
                body.length() * scale,
                body.height() * (1 + SPREAD * (random.nextDouble() - 0.5)));
        double x = middle + radius * (2 * random.nextDouble() - 1);
        double y = radius * (2 * random.nextDouble() - 1);
        double yaw = 2 * Math.PI * random.nextDouble();
        if (random.nextDouble() < ALONG_ROAD && kind.speed() > 2) {
            yaw = (random.nextBoolean() ? Math.PI : 0) + SPREAD * random.nextGaussian();
        }
        boolean moves = random.nextDouble() < MOVING;
        double speed = moves ? kind.speed() * (0.5 + random.nextDouble()) : 0;
        return new Actor(kind, x, y, size, yaw, speed);
    }

    private boolean hasRoom(Actor a, List<Actor> others, double from, double to) {
        for (double t = from; t <= to; t += STEP) {
            double x = a.xAt(t);
            double y = a.yAt(t);
            if (Math.hypot(x - egoSpeed * t, y) < a.size().radius() + EGO_RADIUS) {
                return false;
            }
            for (Actor o : others) {
                double apart = a.size().radius() + o.size().radius() + GAP;
                if (Math.hypot(x - o.xAt(t), y - o.yAt(t)) < apart) {
                    return false;
                }
            }
        }
        return true;
    }
}
