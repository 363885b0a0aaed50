package dev.octavo.cli;

import dev.octavo.lidar.pipeline.FrameMetric;
import dev.octavo.tasks.data.DatasetOptions.Required;
import dev.octavo.tasks.data.Measure;
import dev.octavo.tasks.metric.ClassificationMetric;
import dev.octavo.tasks.metric.TaskMetric;

/** What a network is for, and so how it is scored. */
enum Task {
    /** One class per example: top-1 and top-5. */
    CLASSIFICATION(Required.LABELS) {
        @Override
        TaskMetric<?> metric(Measure measure) {
            return ClassificationMetric.EMPTY;
        }
    },
    /** Objects in boxes: mean average precision. */
    DETECTION(Required.BOXES) {
        @Override
        TaskMetric<?> metric(Measure measure) {
            return measure.detectionMetric();
        }
    },
    /** One class per pixel: mean intersection over union. */
    SEGMENTATION(Required.MASKS) {
        @Override
        TaskMetric<?> metric(Measure measure) {
            return measure.segmentationMetric();
        }
    },
    /** Objects in point clouds: mean average precision and the detection score of nuScenes. */
    NUSCENES(Required.NOTHING) {
        @Override
        TaskMetric<?> metric(Measure measure) {
            return FrameMetric.EMPTY;
        }
    };

    private final Required required;

    Task(Required required) {
        this.required = required;
    }

    /** What each example must come with. */
    Required required() {
        return required;
    }

    /**
     * The empty tally.
     *
     * @throws dev.octavo.core.ModelException when the data set does not say what the task needs to know
     */
    abstract TaskMetric<?> metric(Measure measure);
}
