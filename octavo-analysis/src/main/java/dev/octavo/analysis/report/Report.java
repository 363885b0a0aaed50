package dev.octavo.analysis.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a report shows, as plain values: {@link ReportPage} makes a page of it.
 *
 * @param title what the report is about
 * @param warnings what a reader must know before believing the rest
 * @param facts about models, data and result, by name, for the head of the page
 * @param scores of the networks that were measured, float first; they are fractions
 * @param map the network, layer by layer
 * @param sites a site per compared value, worst first
 * @param sensitivity rows as {@code octavo sensitivity --json} prints them
 * @param tuned what {@code octavo tune --json} printed
 * @param diagnosed what {@code octavo doctor --json} printed
 * @param journal what passes did and left alone
 * @param recipe what made the quantized network; empty when that is not known
 * @param pictures of results
 * @param environment versions, machine, and hashes of files
 */
public record Report(
        String title,
        List<String> warnings,
        Map<String, String> facts,
        List<Scored> scores,
        List<MapNode> map,
        List<ReportSite> sites,
        Optional<JsonNode> sensitivity,
        Optional<JsonNode> tuned,
        Optional<JsonNode> diagnosed,
        List<Entry> journal,
        String recipe,
        List<Picture> pictures,
        Map<String, String> environment) {
    public Report {
        warnings = List.copyOf(warnings);
        scores = List.copyOf(scores);
        map = List.copyOf(map);
        sites = List.copyOf(sites);
        journal = List.copyOf(journal);
        pictures = List.copyOf(pictures);
    }

    /**
     * The scores of one network.
     *
     * @param difference by score, where 95 % of such sets of samples would have its difference from the first network
     */
    public record Scored(String network, Map<String, Double> scores, Map<String, Band> difference) {}

    /** From here to there. */
    public record Band(double low, double high) {}

    /** A line of the journal: what a pass did, or left alone and why. */
    public record Entry(boolean did, String text) {}

    /** A picture as a data URI. */
    public record Picture(String caption, String uri) {}
}
