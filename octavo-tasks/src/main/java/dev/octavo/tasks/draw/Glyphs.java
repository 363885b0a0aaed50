package dev.octavo.tasks.draw;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Letters of 5 x 7 dots, small ones only, drawn for this purpose: Java's own text needs fonts that servers often lack.
 */
final class Glyphs {
    static final int WIDTH = 5;
    static final int HEIGHT = 7;

    /* A letter, then its rows from the top, five bits each in base 32, the left dot highest. */
    private static final String ALL = "a00e1fhf bgguhhhu c00eghhe d11fhhhf e00ehvge f6988s888 g0fhhf1e hggmphhh "
            + "i40c444e j2062ci0 kggiokoi lc44444e m00qllhh n00mphhh o00ehhhe p00uhugg q00djf11 r00mpggg "
            + "s00fge1u t88s8896 u00hhhjd v00hhha4 w00hhlla x00ha4ah y00hhf1e z00v248v "
            + "0ehjlphe 14c4444e 2eh1248v 3v2421he 426aiv22 5vgu11he 668guhhe 7v124888 8ehhehhe 9ehhf12c "
            + ".00000cc %op248j3 -000v000 _000000v :0cc0cc0 /01248g0 ,0000c48 (2488842 )8422248 +044v440 ?eh12404";

    private static final Map<Character, int[]> ROWS = rows();

    private Glyphs() {}

    private static Map<Character, int[]> rows() {
        Map<Character, int[]> rows = new HashMap<>();
        rows.put(' ', new int[HEIGHT]);
        for (String one : ALL.split(" ", -1)) {
            int[] dots = new int[HEIGHT];
            for (int y = 0; y < HEIGHT; y++) {
                dots[y] = Character.digit(one.charAt(1 + y), 32);
            }
            rows.put(one.charAt(0), dots);
        }
        return rows;
    }

    /** Whether the dot is set; of a letter that is not known, those of a question mark. */
    static boolean dot(char letter, int x, int y) {
        char small = String.valueOf(letter).toLowerCase(Locale.ROOT).charAt(0);
        int[] dots = ROWS.getOrDefault(small, ROWS.getOrDefault('?', new int[HEIGHT]));
        return ((dots[y] >> (WIDTH - 1 - x)) & 1) == 1;
    }
}
