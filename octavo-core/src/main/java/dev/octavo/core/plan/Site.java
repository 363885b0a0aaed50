package dev.octavo.core.plan;

import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Use;
import dev.octavo.core.graph.Value;

/**
 * Where something is quantized: a value for all its readers, or one use of a value. Where both are
 * stated, the use wins.
 */
public sealed interface Site extends Comparable<Site> {
  /** The value concerned. */
  String value();

  /** A value, for all readers. */
  record OfValue(String value) implements Site {
    @Override
    public String toString() {
      return value;
    }
  }

  /**
   * One use of a value.
   *
   * @param reader the first output of the reading node (names of nodes may be missing or repeated)
   * @param input place among the reader's inputs
   */
  record OfUse(String value, String reader, int input) implements Site {
    @Override
    public String toString() {
      return value + " -> " + reader + "[" + input + "]";
    }
  }

  /** The site of a value. */
  static Site of(Value v) {
    return new OfValue(v.name());
  }

  /** The site of one use. */
  static Site of(Value v, Use u) {
    return new OfUse(v.name(), u.node().output().name(), u.input());
  }

  /** The site of input {@code i} of a node, which must be present. */
  static Site ofInput(Node n, int i) {
    return of(n.input(i).orElseThrow(), new Use(n, i));
  }

  /** Reads the form that {@code toString} writes. */
  static Site parse(String text) {
    int arrow = text.indexOf(" -> ");
    if (arrow < 0) {
      return new OfValue(text);
    }
    int open = text.lastIndexOf('[');
    if (open < arrow || !text.endsWith("]")) {
      throw new IllegalArgumentException("a site reads 'value' or 'value -> reader[input]', got '" + text + "'");
    }
    return new OfUse(
        text.substring(0, arrow),
        text.substring(arrow + 4, open),
        Integer.parseInt(text.substring(open + 1, text.length() - 1)));
  }

  @Override
  default int compareTo(Site o) {
    return toString().compareTo(o.toString());
  }
}
