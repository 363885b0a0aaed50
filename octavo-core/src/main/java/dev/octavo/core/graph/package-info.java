/** The float network: values, nodes, attributes, use-def chains. */
@NullMarked
package dev.octavo.core.graph;

import org.jspecify.annotations.NullMarked;
