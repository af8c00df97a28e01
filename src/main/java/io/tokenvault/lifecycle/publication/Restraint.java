package io.tokenvault.lifecycle.publication;

/**
 * How much the sweep may overrule in one environment within a day: one in a hundred of its names, and ten in any case.
 * More than that is no damage but a sign that the database and the backend do not belong together.
 */
final class Restraint {
    private static final long AT_LEAST = 10;
    private static final long ONE_IN = 100;

    private Restraint() {}

    /**
     * @param concerned names that are to be overruled, and those that were within the last day
     * @param names all names of the environment
     */
    static boolean allows(long concerned, long names) {
        return concerned <= Math.max(AT_LEAST, names / ONE_IN);
    }
}
