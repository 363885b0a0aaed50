package dev.octavo.analysis;

import java.util.List;

/** Comma-separated values by RFC 4180. */
public final class Csv {
    private Csv() {}

    /** One line with its end; cells with commas, quotes or line ends are quoted. */
    public static String line(List<?> cells) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String c = String.valueOf(cells.get(i));
            boolean quoted = c.contains(",") || c.contains("\"") || c.contains("\n") || c.contains("\r");
            out.append(i == 0 ? "" : ",").append(quoted ? '"' + c.replace("\"", "\"\"") + '"' : c);
        }
        return out.append("\r\n").toString();
    }
}
