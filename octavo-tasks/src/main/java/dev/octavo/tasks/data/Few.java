package dev.octavo.tasks.data;

import java.util.List;

/** Long lists in messages: their length and their first few names. */
final class Few {
    private static final int SHOWN = 3;

    private Few() {}

    /** {@code 12 files (a.bmp, b.bmp, c.bmp, …)}. */
    static String of(List<String> files) {
        return files.size() + (files.size() == 1 ? " file (" : " files (") + names(files) + ")";
    }

    /** {@code a.bmp, b.bmp, c.bmp, …}. */
    static String names(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.size() > SHOWN ? shown + ", …" : shown;
    }
}
