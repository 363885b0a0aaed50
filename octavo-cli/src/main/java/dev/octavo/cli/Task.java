package dev.octavo.cli;

/** What a network is for, and so how it is scored. */
enum Task {
    /** One class per example: top-1 and top-5. */
    CLASSIFICATION
}
