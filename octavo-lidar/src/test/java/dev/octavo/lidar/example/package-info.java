/** The programs that the pages show. */
@NullMarked
package dev.octavo.lidar.example;

import org.jspecify.annotations.NullMarked;
