package dev.octavo.tasks.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.octavo.core.RecipeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document as a tree that remembers its lines. Anchors and repeated keys are refused. */
final class Yaml {
    /** A part of the document; {@link #line} counts from 1. */
    sealed interface Node {
        int line();
    }

    /** A single value, as written but for its quotes. */
    record Scalar(int line, String text) implements Node {}

    /** Values in order. */
    record Sequence(int line, List<Node> items) implements Node {}

    /** Values by key, in the order of the file. */
    record Mapping(int line, Map<String, Node> entries) implements Node {}

    private static final int DEEPEST = 32;

    private final YAMLParser parser;
    private final String name;

    private Yaml(YAMLParser parser, String name) {
        this.parser = parser;
        this.name = name;
    }

    /**
     * The mapping that a document consists of.
     *
     * @param name what to call the document in a message
     */
    static Mapping parse(String text, String name) {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            Yaml yaml = new Yaml(parser, name);
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new RecipeException(name + " is empty", "name the data: images: pictures.zip");
            }
            Node root = yaml.node(first, 0);
            if (parser.nextToken() != null) {
                throw new RecipeException(name + " holds several documents", "keep one");
            }
            if (root instanceof Mapping mapping) {
                return mapping;
            }
            throw new RecipeException(
                    name + " is no list of key: value lines", "begin with the data: images: pictures.zip");
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw noYaml(name, line, e.getOriginalMessage());
        } catch (IOException | RuntimeException e) {
            if (e instanceof RecipeException recipe) {
                throw recipe;
            }
            throw noYaml(name, 0, String.valueOf(e.getMessage()));
        }
    }

    private Node node(JsonToken token, int depth) throws IOException {
        int line = line();
        if (depth > DEEPEST) {
            throw at(line, "is nested more than " + DEEPEST + " levels deep", "flatten it");
        }
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw at(line, "uses an anchor (& or *)", "write the value out");
        }
        return switch (token) {
            case START_OBJECT -> mapping(line, depth);
            case START_ARRAY -> sequence(line, depth);
            default -> new Scalar(line, String.valueOf(parser.getText()));
        };
    }

    private Mapping mapping(int line, int depth) throws IOException {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (JsonToken t = parser.nextToken(); t == JsonToken.FIELD_NAME; t = parser.nextToken()) {
            String key = parser.currentName();
            int where = line();
            Node value = node(parser.nextToken(), depth + 1);
            if (entries.put(key, value) != null) {
                throw at(where, "gives '" + key + "' a second time", "keep one of them");
            }
        }
        return new Mapping(line, entries);
    }

    private Sequence sequence(int line, int depth) throws IOException {
        List<Node> items = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            items.add(node(t, depth + 1));
        }
        return new Sequence(line, items);
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
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
