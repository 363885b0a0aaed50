package dev.octavo.cli;

import dev.octavo.lidar.nuscenes.TpError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The scores of the nuScenes metric for people: two shares, five errors in their units, a share per class. */
final class NuScenesText {
    private static final Map<String, String> UNITS = units();
    private static final Set<String> ERRORS =
            Arrays.stream(TpError.values()).map(TpError::meanName).collect(Collectors.toUnmodifiableSet());

    private NuScenesText() {}

    private static Map<String, String> units() {
        Map<String, String> units = new LinkedHashMap<>();
        units.put("mATE", "m     translation");
        units.put("mASE", "      scale, 1 - IoU");
        units.put("mAOE", "rad   orientation");
        units.put("mAVE", "m/s   velocity");
        units.put("mAAE", "      attribute, 1 - accuracy");
        return units;
    }

    /** Whether a score is one of the five errors, which are no shares. */
    static boolean isError(String key) {
        return ERRORS.contains(key);
    }

    static List<String> lines(Map<String, Double> scores) {
        List<String> lines = new ArrayList<>();
        scores.forEach((key, value) -> {
            if (isError(key)) {
                lines.add(error(key, value));
            } else if (!key.equals("samples")) {
                String title = key.startsWith("AP.") ? "  " + key.replace('.', ' ') : key;
                lines.add(String.format(Locale.ROOT, "%-26s %7.2f %%", title, 100 * value));
            }
        });
        return lines;
    }

    /** One of the five errors with its unit. */
    static String error(String key, double value) {
        return String.format(Locale.ROOT, "%-26s %7.4f %s", key, value, UNITS.getOrDefault(key, ""));
    }
}
