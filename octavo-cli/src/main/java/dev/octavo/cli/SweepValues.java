package dev.octavo.cli;

import java.util.ArrayList;
import java.util.List;

/** Reads {@code --values}: {@code 1,2,5} or {@code 0.05..0.95/0.05}, or both, as numbers or as names. */
final class SweepValues {
    private static final int MOST = 1000;

    private SweepValues() {}

    static List<Double> numbers(List<String> said, CommonOptions usage) {
        List<Double> numbers = new ArrayList<>();
        for (String one : said) {
            String[] ends = one.split("\\.\\.", 2);
            if (ends.length == 1) {
                numbers.add(number(one, usage));
                continue;
            }
            String[] tail = ends[1].split("/", 2);
            double from = number(ends[0], usage);
            double to = number(tail[0], usage);
            double step = tail.length == 2 ? number(tail[1], usage) : 1;
            if (!(step > 0) || to < from || (to - from) / step > MOST) {
                throw usage.wrong("--values is '" + one + "'", "write FROM..TO/STEP with at most " + MOST + " steps");
            }
            for (int i = 0; from + i * step <= to + step * 1e-9; i++) {
                numbers.add(Math.rint((from + i * step) * 1e9) / 1e9);
            }
        }
        return numbers;
    }

    static List<Integer> counts(List<String> said, CommonOptions usage) {
        return numbers(said, usage).stream()
                .map(x -> {
                    if (x != Math.rint(x) || x < 1) {
                        throw usage.wrong("--values has " + x, "write whole numbers from 1");
                    }
                    return x.intValue();
                })
                .toList();
    }

    private static double number(String text, CommonOptions usage) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw usage.wrong("--values has '" + text + "', which is no number", "write 1,2,5 or 0.05..0.95/0.05");
        }
    }
}
