package dev.octavo.lidar.nuscenes;

/** The five errors of true positives. */
public enum TpError {
    /** Distance of the centres in the x-y plane, metres. */
    TRANSLATION("trans_err", "mATE"),
    /** 1 - intersection over union of the aligned sizes. */
    SCALE("scale_err", "mASE"),
    /** Smallest difference of the headings, radians. */
    ORIENTATION("orient_err", "mAOE"),
    /** Length of the difference of the velocities in the x-y plane, metres per second. */
    VELOCITY("vel_err", "mAVE"),
    /** 1 - accuracy of the attribute. */
    ATTRIBUTE("attr_err", "mAAE");

    private final String key;
    private final String meanName;

    TpError(String key, String meanName) {
        this.key = key;
        this.meanName = meanName;
    }

    /** The name in summary files. */
    public String key() {
        return key;
    }

    /** What the mean over the classes is called. */
    public String meanName() {
        return meanName;
    }

    /** The error of a prediction matched with a ground truth; NaN when the truth does not tell. */
    double of(DetectionBox truth, DetectionBox predicted) {
        return switch (this) {
            case TRANSLATION ->
                predicted.box().centre().minus(truth.box().centre()).lengthXy();
            case SCALE -> 1 - truth.box().alignedIou(predicted.box());
            case ORIENTATION -> yawDifference(truth, predicted);
            case VELOCITY -> Math.hypot(predicted.vx() - truth.vx(), predicted.vy() - truth.vy());
            case ATTRIBUTE ->
                truth.attribute().isEmpty() ? Double.NaN : truth.attribute().equals(predicted.attribute()) ? 0 : 1;
        };
    }

    private static double yawDifference(DetectionBox truth, DetectionBox predicted) {
        double period = truth.type().isSymmetric() ? Math.PI : 2 * Math.PI;
        double turned =
                truth.box().rotation().yaw() - predicted.box().rotation().yaw() + period / 2;
        double difference = turned - period * Math.floor(turned / period) - period / 2;
        return Math.abs(difference > Math.PI ? difference - 2 * Math.PI : difference);
    }
}
