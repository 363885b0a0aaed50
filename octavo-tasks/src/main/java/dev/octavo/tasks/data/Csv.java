package dev.octavo.tasks.data;

import dev.octavo.core.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Comma-separated tables as of RFC 4180: UTF-8, fields in double quotes may hold commas, line ends
 * and doubled quotes. Empty lines are passed over.
 */
final class Csv {
    /**
     * One row.
     *
     * @param line where it begins, counted from 1
     * @param fields without their quotes
     */
    record Row(int line, List<String> fields) {}

    private final String text;
    private final String name;
    private int at;
    private int comma = -1;
    private int lineEnd = -1;
    private int line = 1;

    private Csv(String text, String name) {
        this.text = text;
        this.name = name;
    }

    static List<Row> read(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            // Bytes that are no UTF-8 become the replacement character: names with them match nothing.
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return parse(text, name);
        } catch (NoSuchFileException e) {
            throw new ModelException("there is no table of labels at " + file, "check the path", e);
        } catch (IOException e) {
            throw PictureFiles.unreadable(file.toString(), e);
        }
    }

    static List<Row> parse(String text, String name) {
        Csv csv = new Csv(text.startsWith("\uFEFF") ? text.substring(1) : text, name);
        List<Row> rows = new ArrayList<>();
        while (csv.at < csv.text.length()) {
            Row row = csv.row();
            if (row.fields().size() > 1 || !row.fields().get(0).isBlank()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private Row row() {
        int start = line;
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(peek() == '"' ? quoted() : plain());
            int end = peek();
            at++;
            if (end == '\r' && peek() == '\n') {
                at++;
            }
            if (end != ',') {
                line++;
                return new Row(start, fields);
            }
        }
    }

    /** Searches with indexOf, which is fast from the first row on; a loop here has to warm up. */
    private String plain() {
        int from = at;
        if (lineEnd < at) {
            int newline = text.indexOf('\n', at);
            lineEnd = newline < 0 ? text.length() : newline;
        }
        if (comma < at) {
            int next = text.indexOf(',', at);
            comma = next < 0 ? text.length() : next;
        }
        at = Math.min(comma, lineEnd);
        if (at == lineEnd && at > from && text.charAt(at - 1) == '\r') {
            at--;
        }
        return text.substring(from, at);
    }

    private String quoted() {
        int opened = line;
        StringBuilder field = new StringBuilder();
        at++;
        while (true) {
            int c = peek();
            if (c < 0) {
                throw new ModelException(
                        name + " line " + opened + " opens a quote that is never closed", "close it with another \"");
            }
            at++;
            if (c == '"') {
                if (peek() != '"') {
                    break;
                }
                at++;
            }
            if (c == '\n') {
                line++;
            }
            field.append((char) c);
        }
        int next = peek();
        if (next >= 0 && next != ',' && next != '\n' && next != '\r') {
            throw new ModelException(
                    name + " line " + line + " goes on behind a closing quote",
                    "write a quote inside a quoted field twice");
        }
        return field.toString();
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }
}
