package dev.octavo.tasks.yaml;

import dev.octavo.core.RecipeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * A YAML document as a tree that remembers its lines. Anchors and repeated keys are refused.
 *
 * <p>Reads the parser's events itself: an object mapper on top costs a fresh JVM 60 ms and drops the
 * line numbers.
 */
public final class Yaml {
    /** A part of the document; {@link #line} counts from 1. */
    public sealed interface Node {
        int line();
    }

    /** A single value, as written but for its quotes. */
    public record Scalar(int line, String text) implements Node {}

    /** Values in order. */
    public record Sequence(int line, List<Node> items) implements Node {}

    /**
     * Values by key, in the order of the file.
     *
     * @param keyLines the line of each key
     */
    public record Mapping(int line, Map<String, Node> entries, Map<String, Integer> keyLines) implements Node {}

    private static final int DEEPEST = 32;

    private final Parser parser;
    private final String name;

    private Yaml(Parser parser, String name) {
        this.parser = parser;
        this.name = name;
    }

    /**
     * The mapping that a document consists of.
     *
     * @param name what to call the document in a message
     */
    public static Mapping parse(String text, String name) {
        try {
            return new Yaml(new ParserImpl(new StreamReader(text), new LoaderOptions()), name).root();
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            throw noYaml(name, mark == null ? 0 : mark.getLine() + 1, e.getProblem());
        } catch (YAMLException e) {
            throw noYaml(name, 0, String.valueOf(e.getMessage()));
        }
    }

    private Mapping root() {
        parser.getEvent();
        if (parser.getEvent().is(Event.ID.StreamEnd)) {
            throw new RecipeException(name + " is empty", "name the data: images: pictures.zip");
        }
        Node root = node(parser.getEvent(), 0);
        parser.getEvent();
        if (!parser.getEvent().is(Event.ID.StreamEnd)) {
            throw new RecipeException(name + " holds several documents", "keep one");
        }
        if (root instanceof Mapping mapping) {
            return mapping;
        }
        throw new RecipeException(
                name + " is no list of key: value lines", "begin with the data: images: pictures.zip");
    }

    private Node node(Event event, int depth) {
        int line = line(event);
        if (depth > DEEPEST) {
            throw at(line, "is nested more than " + DEEPEST + " levels deep", "flatten it");
        }
        if (event.is(Event.ID.Alias) || ((NodeEvent) event).getAnchor() != null) {
            throw at(line, "uses an anchor (& or *)", "write the value out");
        }
        if (event instanceof ScalarEvent scalar) {
            return new Scalar(line, scalar.getValue());
        }
        return event.is(Event.ID.MappingStart) ? mapping(line, depth) : sequence(line, depth);
    }

    private Mapping mapping(int line, int depth) {
        Map<String, Node> entries = new LinkedHashMap<>();
        Map<String, Integer> keyLines = new LinkedHashMap<>();
        for (Event e = parser.getEvent(); !e.is(Event.ID.MappingEnd); e = parser.getEvent()) {
            int where = line(e);
            if (!(node(e, depth + 1) instanceof Scalar key)) {
                throw at(where, "has a list or mapping for a key", "keys are single words");
            }
            Node value = node(parser.getEvent(), depth + 1);
            if (entries.put(key.text(), value) != null) {
                throw at(where, "gives '" + key.text() + "' a second time", "keep one of them");
            }
            keyLines.put(key.text(), where);
        }
        return new Mapping(line, entries, keyLines);
    }

    private Sequence sequence(int line, int depth) {
        List<Node> items = new ArrayList<>();
        for (Event e = parser.getEvent(); !e.is(Event.ID.SequenceEnd); e = parser.getEvent()) {
            items.add(node(e, depth + 1));
        }
        return new Sequence(line, items);
    }

    private static int line(Event event) {
        return event.getStartMark().getLine() + 1;
    }

    private RecipeException at(int line, String what, String fix) {
        return new RecipeException(name + " line " + line + " " + what, fix);
    }

    private static RecipeException noYaml(String name, int line, String why) {
        String first = why.lines().findFirst().orElse("");
        return new RecipeException(
                name + (line > 0 ? " line " + line : "") + " is not YAML: " + first,
                "indent with spaces, put a space behind each colon, quote texts with : # { } [ ]");
    }
}
