package dev.octavo.quant.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern over names: {@code *} is any text without a slash, {@code **} any text, {@code ?} one
 * character; everything else stands for itself.
 */
public record Glob(String text) {
    /** Whether the whole name matches. */
    public boolean matches(String name) {
        return pattern().matcher(name).matches();
    }

    private Pattern pattern() {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*' && i + 1 < text.length() && text.charAt(i + 1) == '*') {
                b.append(".*");
                i++;
            } else if (c == '*') {
                b.append("[^/]*");
            } else if (c == '?') {
                b.append('.');
            } else {
                b.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(b.toString(), Pattern.DOTALL);
    }

    /** The names most like {@code wanted}, at most {@code most} of them, nearest first. */
    public static List<String> nearest(String wanted, Collection<String> names, int most) {
        String plain = wanted.replace("*", "");
        return names.stream()
                .filter(n -> !n.isEmpty())
                .distinct()
                .sorted(Comparator.comparingInt((String n) -> distance(plain, n))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(most)
                .toList();
    }

    /** Levenshtein's edit distance, with text that one holds inside the other counted as near. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        boolean inside = !a.isEmpty() && (b.contains(a) || a.contains(b));
        return inside ? row[b.length()] / 2 : row[b.length()];
    }
}
