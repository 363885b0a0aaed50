/** What float and integer arithmetic cost on this machine, and the placement that follows. */
@NullMarked
package dev.octavo.ort.cost;

import org.jspecify.annotations.NullMarked;
