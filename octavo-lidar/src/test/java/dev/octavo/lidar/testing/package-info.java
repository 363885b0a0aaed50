/** What the tests of point clouds share: reference data and plain implementations of the definitions. */
@NullMarked
package dev.octavo.lidar.testing;

import org.jspecify.annotations.NullMarked;
