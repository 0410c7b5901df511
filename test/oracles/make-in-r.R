# Writes in-r.json for test/unit/gates/r-oracles.test.ts, from R 4.2.2 with pROC 1.18.0, Metrics 0.1.4 and jsonlite 1.8.4.
#
# Run with: Rscript test/oracles/make-in-r.R
# Markers of aneurysmal bleeding are pROC's data set aSAH; the others are the files that make-public-models.py writes.
suppressMessages({
  library(jsonlite)
  library(Metrics)
  library(pROC)
})

here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
read <- function(name) read.csv(file.path(here, "public-models", paste0(name, ".csv")), check.names = FALSE)

areas <- function(name, labels, challenger, champion) {
  one <- roc(labels, challenger, levels = c(0, 1), direction = "<", algorithm = 2)
  other <- roc(labels, champion, levels = c(0, 1), direction = "<", algorithm = 2)
  both <- cov(one, other, method = "delong")
  list(
    name = name, labels = labels, challenger = challenger, champion = champion,
    areas = c(auc(one), auc(other)),
    covariance = list(c(var(one, method = "delong"), both), c(both, var(other, method = "delong"))),
    pValue = roc.test(one, other, paired = TRUE, method = "delong")$p.value
  )
}

errors <- function(name) {
  rows <- read(name)
  side <- function(scores) list(
    mae = mae(rows$label, scores), rmse = rmse(rows$label, scores), mape = mape(rows$label, scores),
    smape = smape(rows$label, scores), median_absolute_error = mdae(rows$label, scores),
    # Theirs is label less prediction.
    bias = -bias(rows$label, scores)
  )
  list(name = name, challenger = side(rows$challenger), champion = side(rows$champion))
}

recalibration <- function(name, side) {
  rows <- read(name)
  odds <- qlogis(rows[[side]])
  tight <- glm.control(epsilon = 1e-15, maxit = 100)
  list(
    name = name, side = side,
    calibration_slope = unname(coef(glm(rows$label ~ odds, family = binomial, control = tight))[2]),
    calibration_intercept = unname(coef(glm(rows$label ~ 1 + offset(odds), family = binomial, control = tight)))
  )
}

data(aSAH)
poor <- as.integer(aSAH$outcome == "Poor")
cancer <- read("breast-cancer")
eights <- read("digits-eight")
# Scores between 0 and 1: an area sees their order alone.
grade <- as.integer(aSAH$wfns) / 5
found <- list(
  areas = list(
    areas("aSAH: s100b and wfns", poor, pmin(1, aSAH$s100b / 2.1), grade),
    areas("aSAH: wfns and ndka", poor, grade, aSAH$ndka / 500),
    areas("breast-cancer", cancer$label, cancer$challenger, cancer$champion),
    areas("digits-eight", eights$label, eights$challenger, eights$champion)
  ),
  errors = list(errors("diabetes"), errors("engel")),
  recalibrations = list(recalibration("breast-cancer", "challenger"), recalibration("breast-cancer", "champion"))
)
# What the test reads from the files is not written twice.
for (at in 3:4) found$areas[[at]][c("labels", "challenger", "champion")] <- NULL
writeLines(toJSON(found, auto_unbox = TRUE, digits = NA), file.path(here, "in-r.json"))
